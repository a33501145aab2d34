// Pictures: shrunk before they leave the phone (which drops their position), sent up one by one.

import { icon, make } from "./make.js";

const MOST = 6;
const SIDE = 2000;
const list = document.getElementById("previews");
const input = document.getElementById("pictures");
const chosen = new Set();

export function pictures(changed) {
  input.addEventListener("change", () => {
    for (const file of [...input.files].slice(0, MOST - chosen.size)) add(file, changed);
    input.value = "";
  });
}

async function add(file, changed) {
  const image = make("img", { src: URL.createObjectURL(file), alt: file.name });
  const state = make("span", { role: "status" }, "正在传…");
  const item = { id: null, preview: image.src };
  const remove = make("button", { type: "button", "aria-label": `去掉 ${file.name}`, onclick: () => { chosen.delete(item); node.remove(); changed(); } }, icon("x"));
  const node = make("li", {}, image, state, remove);
  item.node = node;
  chosen.add(item);
  list.append(node);
  changed();
  try {
    const body = new FormData();
    body.append("picture", await shrink(file), file.name);
    const response = await fetch("/upload", { method: "POST", body });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    item.id = answer.id;
    state.textContent = "传好了";
  } catch (error) {
    state.textContent = error instanceof TypeError ? "没传上，请去掉再试" : error.message;
    state.className = "bad";
  }
  changed();
}

async function shrink(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = make("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", 0.86));
  } catch {
    return file;
  }
}

export const uploading = () => [...chosen].some((item) => item.id === null && !item.node.querySelector(".bad"));

// What is ready to go with the message; the previews are cleared.
export function takePictures() {
  const ready = [...chosen].filter((item) => item.id !== null);
  for (const item of ready) { chosen.delete(item); item.node.remove(); }
  return ready;
}
