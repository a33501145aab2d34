"""Whether the ports are free, said before anything is started."""

import errno
import socket


class PortTaken(Exception):
    """A port that another process holds; the message names the variable that moves it."""


def check_free(host: str, port: int, variable: str) -> None:
    """Raise PortTaken when nothing can listen on host and port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortTaken(
                f"port {port} is taken by another program; end it, or set {variable} to a free port "
                f"(in .env, or {variable}=… make run)"
            ) from error
