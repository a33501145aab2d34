// The desk's keyboard, whole-row opening, selection and small helps. No framework: htmx does the requests.
(() => {
  const KEYS_OFF = "desk-keys-off";
  const rows = () => [...document.querySelectorAll("tr[data-href]:not(.gone)")];
  const here = () => document.querySelector("tr[data-href].here");
  const typing = (el) => el.closest("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]");

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here());
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
    here()?.classList.remove("here");
    next.classList.add("here");
    next.querySelector("a")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  const KEYS = {
    j: () => press("[data-next]") || move(1),
    k: () => press("[data-previous]") || move(-1),
    Enter: (e) => { const row = here(); if (row && !e.target.closest("a,button")) location.href = row.dataset.href; },
    x: () => { const box = here()?.querySelector("input[type=checkbox]"); if (box) box.click(); },
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
    r: () => press("[data-show-new]"),
    m: () => document.querySelector("[data-message]")?.focus(),
    d: () => press("[data-bulk]:not([hidden]) [data-key=d]"),
  };

  function press(selector) {
    const el = document.querySelector(selector);
    if (!el || el.disabled) return false;
    el.click();
    return true;
  }

  let waiting = false;
  document.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      e.target.closest("form")?.querySelector("[data-send]")?.click();
      return;
    }
    if (e.key === "Escape" && !document.querySelector("dialog[open]")) { clear(); e.target.blur?.(); return; }
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector("dialog[open]")) return;
    if (localStorage.getItem(KEYS_OFF)) return;
    if (waiting && e.key === "i") { location.href = "/desk"; return; }
    waiting = e.key === "g";
    const own = !e.shiftKey && /^[a-z]$/.test(e.key) && document.querySelector(`[data-key="${e.key}"]:not([disabled])`);
    if (own && own.offsetParent) { e.preventDefault(); own.click(); return; }
    const act = KEYS[e.key];
    if (act) { if (e.key !== "Enter") e.preventDefault(); act(e); }
  });

  // The whole row opens; links, buttons and boxes in it keep their own meaning.
  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-keys]")) { document.getElementById("keys").showModal(); return; }
    const row = e.target.closest("tr[data-href]");
    if (!row || e.target.closest("a,button,input,label") || getSelection().toString()) return;
    location.href = row.dataset.href;
  });

  // Selection survives a refresh of the list: it is kept by ticket number.
  const picked = new Map();
  function show() {
    for (const box of document.querySelectorAll("[data-pick]")) {
      box.checked = picked.has(box.value);
      box.closest("tr").classList.toggle("picked", box.checked);
    }
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    bar.hidden = picked.size === 0;
    bar.querySelector("[data-picked]").textContent = `已选 ${picked.size} 件`;
    bar.querySelector("[data-numbers]").value = [...picked.keys()].join(" ");
    const two = bar.querySelector("[data-two]");
    if (two) two.disabled = picked.size < 2;
    const leads = {};
    for (const lead of picked.values()) leads[lead] = (leads[lead] || 0) + 1;
    const most = Object.entries(leads).sort((a, b) => b[1] - a[1]);
    const said = most.slice(0, 3).map(([lead, count]) => `${count} 件去${lead}`).join("，");
    bar.querySelector("[data-whither]").textContent = said + (most.length > 3 ? ` 等 ${most.length} 家` : "");
  }
  function clear() { picked.clear(); show(); }
  document.addEventListener("change", (e) => {
    const box = e.target;
    if (box.matches("[data-pick]")) { box.checked ? picked.set(box.value, box.dataset.lead) : picked.delete(box.value); show(); }
    if (box.matches("[data-pick-all]")) {
      for (const one of document.querySelectorAll("[data-pick]")) box.checked ? picked.set(one.value, one.dataset.lead) : picked.delete(one.value);
      show();
    }
    if (box.matches("[data-keys-on]")) box.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "1");
    if (box.matches("[data-go]")) box.form.requestSubmit();
  });
  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-clear]")) clear();
    const opener = e.target.closest("[data-opens]");
    if (!opener) return;
    const form = document.getElementById(opener.dataset.opens);
    form.hidden = !form.hidden;
    opener.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) form.querySelector("textarea,select,input:not([type=hidden])")?.focus();
  });

  // 【】 that is not filled blocks sending.
  function blanks(box) {
    const form = box.form, button = form.querySelector("[data-send]"), hint = form.querySelector("[data-blanks]");
    const internal = form.querySelector("[name=kind][value=internal]")?.checked;
    const open = !internal && /【[^】]*】/.test(box.value.replaceAll("【称呼】", ""));
    const greets = form.querySelector("[data-greets]");
    button.disabled = open;
    if (hint) hint.hidden = !open;
    if (greets) greets.hidden = open || internal || !box.value.includes("【称呼】");
  }
  document.addEventListener("input", (e) => { if (e.target.matches("[data-message]")) blanks(e.target); });
  document.addEventListener("change", (e) => { if (e.target.name === "kind") { const box = e.target.form.querySelector("[data-message]"); if (box) blanks(box); } });

  document.addEventListener("click", async (e) => {
    const button = e.target.closest("[data-copy]");
    if (!button) return;
    const box = button.parentElement.querySelector("input,textarea");
    box.select();
    try { await navigator.clipboard.writeText(box.value); } catch { document.execCommand("copy"); }
    for (const done of document.querySelectorAll("[data-copy].copied")) done.classList.remove("copied");
    button.classList.add("copied");
    button.querySelector("span").textContent = "已复制";
  });

  // A template goes into the box, where the writing is; its first blank is selected, to be written over.
  document.addEventListener("click", (e) => {
    const reply = e.target.closest("[data-reply]");
    if (!reply) return;
    const box = document.querySelector("[data-message]"), text = reply.dataset.reply;
    if (!box.value.trim()) box.value = "";
    const at = box.selectionStart;
    box.setRangeText(text, at, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    nextBlank(box, at);
  });
  function nextBlank(box, from) {
    const found = [...box.value.matchAll(/【[^】]*】/g)].find((one) => one.index >= from && one[0] !== "【称呼】");
    box.focus();
    if (found) box.setSelectionRange(found.index, found.index + found[0].length);
  }
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Tab" || e.shiftKey || !e.target.matches("[data-message]")) return;
    const rest = e.target.value.slice(e.target.selectionEnd).replaceAll("【称呼】", "");
    if (!/【[^】]*】/.test(rest)) return;
    e.preventDefault();
    nextBlank(e.target, e.target.selectionEnd);
  });

  // What was typed is kept until it is sent, so that a conflict or a lost connection loses nothing.
  const keep = (el) => el.dataset.keep && `desk-kept:${location.pathname}:${el.dataset.keep}`;
  document.addEventListener("input", (e) => { const k = keep(e.target); if (k) sessionStorage.setItem(k, e.target.value); });
  document.addEventListener("submit", (e) => {
    const button = e.submitter;
    if (button?.dataset.busy) { button.style.minWidth = `${button.offsetWidth}px`; button.textContent = button.dataset.busy; }
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const el of document.querySelectorAll("[data-keep]")) {
      const kept = sessionStorage.getItem(keep(el));
      if (document.querySelector("[data-sent]")) sessionStorage.removeItem(keep(el));
      else if (kept && !el.value) { el.value = kept; el.closest("details")?.setAttribute("open", ""); if (el.form) el.form.hidden = false; }
    }
    const on = document.querySelector("[data-keys-on]");
    if (on) on.checked = !localStorage.getItem(KEYS_OFF);
    show();
  });
  document.addEventListener("htmx:afterSwap", (e) => {
    show();
    const head = e.detail.target.querySelector("[data-focus]");
    if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); }
  });
  document.addEventListener("htmx:responseError", (e) => say(e.detail.xhr.responseText || "没存上，内容还在，再试一次"));
  document.addEventListener("htmx:sendError", () => say("没有网络，内容还在，来网后再试一次"));

  // Counts come by a stream; what is new announces itself and waits, what another took on greys out.
  let source;
  function listen() {
    source?.close();
    if (!document.querySelector(".rail")) return;
    source = new EventSource("/desk/live");
    source.onopen = () => document.querySelector("[data-live]")?.removeAttribute("hidden");
    source.onerror = () => document.querySelector("[data-live]")?.setAttribute("hidden", "");
    source.onmessage = (e) => {
      const news = JSON.parse(e.data);
      count("inbox", news.inbox);
      count("takeover", news.takeover);
      const bar = document.querySelector("[data-newcomers]");
      if (bar) {
        bar.hidden = news.new === 0;
        bar.querySelector("[data-newcomers-text]").textContent = `有 ${news.new} 件新来的`;
      }
      for (const [number, name] of Object.entries(news.gone)) {
        const row = document.querySelector(`tr[data-number="${number}"]`);
        if (!row || row.classList.contains("gone")) continue;
        row.classList.add("gone");
        row.lastElementChild.textContent = `${name} 已处理`;
        picked.delete(number);
        show();
      }
      document.title = document.title.replace(/^\(\d+\) /, "");
      if (news.takeover) document.title = `(${news.takeover}) ${document.title}`;
      for (const el of document.querySelectorAll("[data-refresh]")) htmx.ajax("GET", el.dataset.refresh, { target: el, swap: "innerHTML" });
    };
  }
  let waitingTalks;
  function count(name, number) {
    for (const link of document.querySelectorAll(`[data-counts="${name}"]`)) {
      let el = link.querySelector(".count");
      if (!el && number) { el = document.createElement("span"); el.className = `count${link.dataset.urgent ? " urgent" : ""}`; link.append(el); }
      if (el) { el.textContent = number; el.hidden = !number; }
    }
    if (name !== "takeover") return;
    if (waitingTalks !== undefined && number > waitingTalks) ring();
    waitingTalks = number;
  }
  function ring() {
    if (!localStorage.getItem("desk-sound")) return;
    const audio = new AudioContext(), tone = audio.createOscillator(), gain = audio.createGain();
    gain.gain.setValueAtTime(0.15, audio.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
    tone.connect(gain).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
  }
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-sound]")) e.target.checked ? localStorage.setItem("desk-sound", "1") : localStorage.removeItem("desk-sound");
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.shiftKey || e.isComposing || !e.target.matches("[data-enter-sends]")) return;
    e.preventDefault();
    if (e.target.value.trim()) e.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterRequest", (e) => {
    if (e.target.matches?.("[data-clear-after]") && e.detail.successful) e.target.reset();
    if (e.target.matches?.("[data-show-new]") && e.detail.successful) { document.querySelector("[data-newcomers]").hidden = true; listen(); }
  });
  const toEnd = () => { const log = document.querySelector(".talk-log"); if (log) log.scrollTop = log.scrollHeight; };
  document.addEventListener("htmx:afterSwap", (e) => { if (e.detail.target.matches(".talk-log")) toEnd(); });
  document.addEventListener("DOMContentLoaded", () => {
    const bell = document.querySelector("[data-sound]");
    if (bell) bell.checked = Boolean(localStorage.getItem("desk-sound"));
    toEnd();
    listen();
  });
  addEventListener("pagehide", () => source?.close());

  function say(text) {
    const line = document.createElement("div");
    line.className = "toast-line";
    line.textContent = text.length > 200 ? "没存上，内容还在，再试一次" : text;
    document.getElementById("toasts").append(line);
    setTimeout(() => line.remove(), 6000);
  }
})();
