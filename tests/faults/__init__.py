"""What an installation meets in the field: killed processes, cut connections, full disks, bad receivers."""
