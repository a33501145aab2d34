// The line to the server: reconnects by itself, sends again what was not confirmed.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;

export class Line {
  constructor(handlers) {
    this.handlers = handlers;
    this.pending = new Map();
    this.last = null;
    this.view = null;
    this.ready = false;
    this.wait = FIRST_WAIT;
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.socket?.close());
    document.addEventListener("visibilitychange", () => document.hidden || this.now());
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => this.hello();
    socket.onmessage = (frame) => socket === this.socket && this.take(JSON.parse(frame.data));
    socket.onclose = () => socket === this.socket && this.lost();
  }

  now() {
    if (this.socket.readyState > WebSocket.OPEN) {
      this.wait = FIRST_WAIT;
      this.open();
    }
  }

  lost() {
    this.ready = false;
    this.handlers.net(false);
    this.timer = setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  hello() {
    this.socket.send(JSON.stringify({ type: "hello", since: this.last, view: this.view }));
  }

  take(event) {
    if (event.type === "welcome") return this.welcome(event);
    if (event.type === "message") return this.message(event.message);
    if (event.type === "refused") return this.refused(event);
    if (event.type === "done" || event.type === "failed") {
      const said = this.pending.get(event.id);
      this.pending.delete(event.id);
      if (said && event.type === "failed") this.handlers.failed(said);
      return;
    }
    this.handlers[event.type]?.(event);
  }

  welcome(event) {
    const again = !event.fresh;
    this.view = event.view;
    this.wait = FIRST_WAIT;
    this.handlers.welcome(event, again);
    for (const message of event.messages) this.show(message, !again);
    this.last = Math.max(this.last ?? 0, event.last);
    this.ready = true;
    this.handlers.net(true);
    this.handlers.settled(!again);
    for (const said of this.pending.values()) this.transmit(said);
  }

  message(message) {
    if (this.last === null || message.number <= this.last) return;
    if (message.number > this.last + 1) return this.hello();
    this.show(message, false);
  }

  show(message, history) {
    if (this.last !== null && message.number <= this.last) return;
    const said = message.id && this.pending.get(message.id);
    this.last = message.number;
    if (said) said.confirmed = true;
    this.handlers.message(message, said, history);
  }

  refused(event) {
    const said = this.pending.get(event.id);
    if (!said) return;
    if (event.wait) setTimeout(() => this.pending.has(said.id) && this.transmit(said), event.wait * 1000 + 200);
    else this.pending.delete(event.id);
    this.handlers.refused(event, said);
  }

  say(said) {
    const random = crypto.getRandomValues(new Uint8Array(12));
    said.id = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    this.pending.set(said.id, said);
    this.transmit(said);
    return said;
  }

  transmit(said) {
    if (this.ready && this.socket.readyState === WebSocket.OPEN) {
      const { id, text, token, pictures } = said;
      this.socket.send(JSON.stringify({ type: "say", id, text, token, pictures }));
    }
  }
}
