// The residents' chat: what is typed and pressed goes out, what comes in is shown.

import { Line } from "./line.js";
import { make } from "./make.js";
import { pictures, takePictures, uploading } from "./pictures.js";
import { changes, fade, markPressed, render, startOver } from "./render.js";
import { settings, speak } from "./settings.js";

const $ = (id) => document.getElementById(id);
const log = $("log"), scroller = $("content"), say = $("say"), refused = $("refused"), typing = $("typing");
const title = document.title;
const usual = [...$("chips").children].map((node) => node.textContent);
const IN_FORM = ["改前面的", "先存着", "取消登记"];
let form = null, unread = 0, secret = false, greeted = false, urgent = false;

const act = {
  press(number, button) {
    markPressed(number, button.title);
    send({ text: button.title, token: button.payload });
  },
  change(message, row) {
    const button = message.buttons.find((candidate) => changes(message, candidate) === row);
    if (button) act.press(message.number, button);
    else send({ text: `改${row.label}` });
  },
};

const line = new Line({
  welcome(event, again) {
    if (!again) {
      log.setAttribute("aria-live", "off");
      log.replaceChildren();
      startOver();
    }
    privately(event.private);
    duty(event.taken);
  },
  settled(fresh) {
    if (fresh && !greeted) greet();
    greeted = true;
    showForm();
    intoView();
    if (!line.pending.size) log.dataset.idle = "";
    if (fresh) requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  },
  message(message, said, history) {
    if (said?.node) return confirm(message, said);
    hold(message);
    show(message, history);
    if (!history && message.author !== "resident") announce(message);
  },
  pressed: (event) => markPressed(event.number, event.title),
  typing() {
    wait(true);
    delete log.dataset.idle;
  },
  taken: () => duty(true),
  quiet(event) {
    wait(false);
    privately(event.private);
    showForm();
    intoView();
    log.dataset.idle = "";
  },
  net: (there) => { $("net").hidden = there; },
  refused(event, said) {
    tell(event.text);
    if (!event.wait) giveBack(said);
  },
  failed(said) {
    if (said.confirmed) return tell("没处理好，内容还在，请再说一遍。");
    tell("没存上，内容还在，再试一次。");
    giveBack(said);
  },
});

// What the form needs is known when the turn is over: a turn without it means that it was left.
function hold(message) {
  if (message.author === "resident") form = null;
  const { form: filling, summary, retrieval_code: filed, urgent: danger } = message.custom;
  if (filling || summary) form = filling ?? { ...summary, filled: 1, missing: 0 };
  if (filed) form = null;
  if (danger) { urgent = true; privately(true); }
}

const count = (value) => (Array.isArray(value) ? value.length : Number(value) || 0);

function showForm() {
  $("form-bar").hidden = !form;
  chips(secret ? [] : form ? IN_FORM : usual);
  if (!form) return;
  const filled = count(form.filled), missing = count(form.missing);
  $("form-name").textContent = `正在登记：${form.name}`;
  $("form-left").textContent = missing ? `已填 ${filled} 项，还差 ${missing} 项` : "已填完，请核对";
  $("form-progress").value = filled / Math.max(filled + missing, 1);
}

function chips(words) {
  $("chips").replaceChildren(...words.map((word) => make("button", { type: "button", class: "chip", onclick: () => send({ text: word }) }, word)));
}

function show(message, history) {
  const nodes = render(message, act);
  log.append(...nodes);
  fade(log, nodes.at(-1));
  if (message.author !== "resident") wait(false);
  if (!history || message.number >= line.last) intoView();
  return nodes.at(-1);
}

// The newest is in view, but what the resident said last and the answer's beginning stay in it too.
function intoView() {
  const own = [...log.querySelectorAll('[data-author="resident"]')].at(-1);
  const top = own ? own.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop - 8 : Infinity;
  scroller.scrollTop = Math.min(scroller.scrollHeight, top);
}

function greet() {
  const first = { number: null, author: "assistant", at: new Date().toISOString(), text: $("greeting").content.textContent, buttons: [], custom: {} };
  if (!log.querySelector(".turn") && !secret) { log.append(...render(first, act)); startOver(); }
}

function announce(message) {
  speak(message.text);
  if (document.hidden && !secret) document.title = `（${++unread}）${title}`;
}

function confirm(message, said) {
  hold(message);
  said.node.dataset.number = message.number;
  said.node.querySelector(".mine")?.classList.remove("waiting");
  said.node.querySelector(".sent")?.remove();
}

function send({ text = "", token, ready = [] }) {
  if (!text.trim() && !token && !ready.length) return;
  tell("");
  delete log.dataset.idle;
  const said = { text, token, pictures: ready.map((item) => item.id) };
  said.node = show({ number: null, author: "resident", at: new Date().toISOString(), text, previews: ready.map((item) => item.preview), buttons: [], custom: {} }, false);
  said.node.querySelector(".mine")?.classList.add("waiting");
  line.say(said);
  if (!line.ready) said.node.append(make("span", { class: "sent" }, "连上后自动发出"));
}

function giveBack(said) {
  said.node?.remove();
  if (!said.token && !say.value) say.value = said.text;
  grow();
}

function tell(text) {
  refused.textContent = text;
  refused.hidden = !text;
}

function wait(on) {
  typing.hidden = !on;
  if (on) intoView();
}

// A matter that nobody else should see: the way out takes the place of the tools.
function privately(on) {
  if (!on) return;
  secret = true;
  document.querySelector(".tools").hidden = true;
  $("leave").hidden = false;
  $("pinned").hidden = !urgent;
  showForm();
}

function duty(taken) {
  if (taken) $("duty").textContent = "值班员在线";
}

function grow() {
  say.style.height = "auto";
  if (say.value) say.style.height = `${say.scrollHeight + 2}px`;
}

function submit() {
  if (uploading()) return tell("图片还在传，传好再发。");
  const text = say.value;
  const ready = takePictures();
  if (!text.trim() && !ready.length) return;
  say.value = "";
  grow();
  send({ text, ready });
}

function leave(event) {
  event.preventDefault();
  document.body.replaceChildren();
  document.title = "";
  line.socket.onclose = null;
  line.socket.close();
  location.replace("/leave");
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
say.addEventListener("input", grow);
say.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
$("leave").addEventListener("click", leave);
document.addEventListener("visibilitychange", () => { if (!document.hidden) { unread = 0; document.title = title; } });
addEventListener("pageshow", (event) => event.persisted && location.reload());
settings();
pictures(() => tell(""));
chips(usual);

// 去登记 of the browse page: the words stand ready, the resident sends them.
const ready = new URLSearchParams(location.hash.slice(1)).get("say");
if (ready) {
  history.replaceState(null, "", location.pathname);
  say.value = ready.slice(0, say.maxLength);
  grow();
  say.focus();
}
