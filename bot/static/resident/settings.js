// Letter size, colours, reading aloud: at once on this page, by the cookie on the next.

import { page } from "./make.js";

const root = document.documentElement;
const dialog = document.getElementById("display");
const YEAR = 400 * 86400;
let aloud = page.aloud === "on";

function keep() {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `qf_display=${root.dataset.size}.${root.dataset.contrast}.${aloud ? "on" : "off"}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

function apply() {
  const form = new FormData(dialog.querySelector("form"));
  root.dataset.size = form.get("size");
  root.dataset.contrast = form.get("contrast");
  aloud = form.getAll("aloud").includes("on");
  if (!aloud) globalThis.speechSynthesis?.cancel();
  keep();
  tools();
}

// In the large letters the button opens the settings; before that it makes the letters large.
function tools() {
  const tool = document.querySelector("[data-large] .tool span, [data-open] span");
  const large = root.dataset.size !== "standard";
  if (tool) tool.textContent = large ? "显示" : "大字版";
  document.getElementById("say").placeholder = large ? "在这里打字" : "说说想问什么、想办什么";
}

export function settings() {
  document.querySelector("[data-large]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (root.dataset.size !== "standard") return dialog.showModal();
    dialog.querySelector('[name="size"][value="large"]').checked = true;
    apply();
  });
  document.querySelector("[data-open]")?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  dialog.addEventListener("change", apply);
}

export function speak(text) {
  if (!aloud || !globalThis.speechSynthesis) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = "zh-CN";
  speechSynthesis.speak(words);
}
