// Offers the county's assistant on another site:
//   <script src="https://…/embed.js" defer data-label="问群团服务" data-side="right"></script>
(() => {
  const tag = document.currentScript;
  const label = tag.dataset.label || "问群团服务";
  const side = tag.dataset.side === "left" ? "left" : "right";
  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    a { position: fixed; ${side}: 16px; bottom: 16px; z-index: 2147483000; display: flex; align-items: center; gap: 8px;
      min-height: 48px; box-sizing: border-box; padding: 8px 20px; border-radius: 24px; background: #0a58a6; color: #fff; border: 2px solid #fff;
      font: 700 17px/1.3 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; text-decoration: none; }
    a:focus-visible { outline: 3px solid #0a58a6; outline-offset: 3px; }
    @media print { a { display: none; } }`);
  shadow.adoptedStyleSheets = [sheet];
  const link = document.createElement("a");
  link.href = "__ADDRESS__/";
  link.target = "qunfuwu";
  link.rel = "noopener";
  link.textContent = label;
  link.setAttribute("aria-label", `${label}（在新窗口打开）`);
  link.addEventListener("click", (event) => {
    if (matchMedia("(max-width: 700px)").matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const left = Math.max(0, screen.availWidth - 460);
    window.open(link.href, "_blank", `popup,noopener,width=430,height=760,left=${left},top=40`);
  });
  shadow.append(link);
  const place = () => document.body.append(host);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
