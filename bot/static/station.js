// Reports of a village point: kept on the phone as they are typed, sent one by one when there is a net.
(() => {
  const person = document.body.dataset.person, csrf = document.body.dataset.csrf;
  const bar = document.querySelector("[data-net]");
  const time = () => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

  // One store for what waits to be sent, one for drafts with their photos; both by person.
  const open = new Promise((done, fail) => {
    const ask = indexedDB.open(`station-${person}`, 1);
    ask.onupgradeneeded = () => { ask.result.createObjectStore("queue", { keyPath: "id" }); ask.result.createObjectStore("drafts", { keyPath: "number" }); };
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
  const store = async (name, mode, work) => {
    const db = await open;
    return new Promise((done, fail) => {
      const ask = work(db.transaction(name, mode).objectStore(name));
      ask.onsuccess = () => done(ask.result);
      ask.onerror = () => fail(ask.error);
    });
  };
  const put = (name, value) => store(name, "readwrite", (s) => s.put(value));
  const drop = (name, key) => store(name, "readwrite", (s) => s.delete(key));
  const get = (name, key) => store(name, "readonly", (s) => s.get(key));
  const all = (name) => store(name, "readonly", (s) => s.getAll());

  function net() {
    if (navigator.onLine) return;
    bar.hidden = false;
    bar.classList.remove("back-again");
    bar.textContent = "没有网络。照常填，来网后自动发出";
  }

  let sending = false;
  async function send() {
    if (sending || !navigator.onLine) return;
    sending = true;
    const waiting = (await all("queue")).filter((one) => !one.refused);
    let sent = 0;
    for (const one of waiting) {
      bar.hidden = false;
      bar.classList.add("back-again");
      bar.textContent = `正在发出 ${sent + 1} / ${waiting.length}`;
      const body = new FormData();
      for (const [name, value] of Object.entries({ id: one.id, done: one.done, text: one.text })) body.append(name, value);
      one.photos.forEach((photo, n) => body.append("photo", photo, `${n + 1}.jpg`));
      try {
        const answer = await fetch(`/desk/station/${one.number}`, { method: "POST", body, headers: { "X-CSRF-Token": csrf }, redirect: "manual" });
        if (answer.ok) { await drop("queue", one.id); card(one, "ok", `已送达 ${(await answer.json()).at}`); sent += 1; }
        else if (answer.type === "opaqueredirect" || answer.status === 0) { bar.textContent = "登录过期了，写的还在，重新登录后会发出"; break; }
        else if (answer.status < 500) { one.refused = (await answer.json().catch(() => ({}))).message || "没发出，请到服务台看看"; await put("queue", one); }
        else throw new Error(String(answer.status));
      } catch { bar.classList.remove("back-again"); bar.textContent = "没发出去，写的还在，来网后再发"; break; }
    }
    if (sent === waiting.length) bar.hidden = true;
    sending = false;
    net();
    await showQueue();
  }

  const list = document.querySelector("[data-queue]");
  function card(one, kind, text) {
    if (!list) return;
    const box = document.createElement("article");
    box.className = `sent ${kind}`;
    const head = document.createElement("small"), title = document.createElement("b"), said = document.createElement("p");
    head.textContent = text; title.textContent = one.title; said.textContent = `${one.text}${one.photos.length ? `，${one.photos.length} 张照片` : ""}`;
    box.append(head, title, said);
    if (kind === "changed") {
      const pair = document.createElement("div"), look = document.createElement("a"), gone = document.createElement("button");
      pair.className = "pair"; look.className = gone.className = "btn"; look.href = `/desk/tickets/${one.number}`; look.textContent = "看改了什么"; gone.textContent = "不发了";
      gone.addEventListener("click", async () => { await drop("queue", one.id); box.remove(); });
      pair.append(look, gone); box.append(pair);
    }
    list.append(box);
  }
  async function showQueue() {
    if (!list) return;
    for (const box of list.querySelectorAll(".sent:not(.ok)")) box.remove();
    for (const one of await all("queue")) one.refused ? card(one, "changed", `没发出：${one.refused}您写的还在`) : card(one, "", "等网络，自动发出");
  }

  const form = document.querySelector("[data-report]");
  if (form) {
    const number = form.dataset.report, saved = form.querySelector("[data-saved]"), photos = [];
    const keep = async () => {
      await put("drafts", { number, done: form.done.value, text: form.text.value, photos });
      saved.textContent = `${time()} 已存在本机`;
    };
    const shrink = async (file) => {
      const picture = await createImageBitmap(file), scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    };
    const draw = () => {
      const shelf = form.querySelector("[data-photos]");
      for (const old of shelf.querySelectorAll("figure")) { URL.revokeObjectURL(old.firstChild.src); old.remove(); }
      photos.forEach((photo, n) => {
        const figure = document.createElement("figure"), image = document.createElement("img"), words = document.createElement("figcaption"), gone = document.createElement("button");
        image.src = URL.createObjectURL(photo); image.alt = `照片 ${n + 1}`; words.textContent = "已存本机"; gone.type = "button"; gone.textContent = "×"; gone.setAttribute("aria-label", `去掉照片 ${n + 1}`);
        gone.addEventListener("click", () => { photos.splice(n, 1); draw(); keep(); });
        figure.append(image, words, gone);
        shelf.insertBefore(figure, shelf.lastElementChild);
      });
    };
    form.querySelector("[data-shoot]").addEventListener("change", async (e) => {
      for (const file of [...e.target.files].slice(0, 6 - photos.length)) {
        try { photos.push(await shrink(file)); } catch { form.querySelector("[data-error]").textContent = "有一张打不开，请重拍"; }
      }
      e.target.value = "";
      draw();
      await keep();
    });
    form.addEventListener("input", keep);
    for (const chip of form.querySelectorAll("[data-chip]")) chip.addEventListener("click", () => { form.text.value += `${form.text.value && !/[，。]$/.test(form.text.value) ? "，" : ""}${chip.dataset.chip}`; keep(); });
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      await put("queue", { id: crypto.randomUUID?.() || `${Date.now()}-${Math.random()}`, number, title: form.dataset.title, done: form.done.value, text: form.text.value, photos });
      await drop("drafts", number);
      if (navigator.onLine) { await send(); location.href = "/desk"; return; }
      form.reset();
      photos.length = 0;
      draw();
      saved.textContent = `${time()} 存好了，来网自动发出`;
    });
    const label = () => { form.querySelector("[data-submit] span").textContent = navigator.onLine ? "发出去" : "存好，来网就发"; };
    addEventListener("online", label);
    addEventListener("offline", label);
    label();
    get("drafts", number).then((draft) => {
      if (!draft) return;
      form.text.value = draft.text;
      if (draft.done) form.done.value = draft.done;
      photos.push(...draft.photos);
      draw();
      saved.textContent = "上次写的，存在本机";
    });
  }

  document.querySelector("[data-leave]")?.addEventListener("submit", async (e) => {
    e.preventDefault();
    const waiting = await all("queue");
    if (!waiting.length || confirm(`还有 ${waiting.length} 条回报没发出，退出后要重新登录才会发。退出吗？`)) e.target.submit();
  });
  addEventListener("online", send);
  addEventListener("offline", net);
  net();
  showQueue().then(send);
})();
