(() => {
"use strict";
const root = document.documentElement, keep = (key, value) => {
  try { return value === undefined ? localStorage.getItem(key) : value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { return null; }
};
const apply = theme => theme ? root.setAttribute("data-theme", theme) : root.removeAttribute("data-theme");
apply(keep("theme"));
document.addEventListener("DOMContentLoaded", () => {
  const toggle = document.querySelector("button.theme");
  const show = () => { toggle.firstElementChild.textContent = keep("theme") || "auto"; };
  toggle.hidden = false;
  show();
  toggle.addEventListener("click", () => {
    const next = { "": "dark", dark: "light", light: "" }[keep("theme") || ""];
    keep("theme", next);
    apply(next);
    show();
  });
  const chosen = document.getElementById("f-" + keep("format"));
  if (chosen && chosen.type === "radio") chosen.checked = true;
  for (const input of document.querySelectorAll(".tabs input")) input.addEventListener("change", () => keep("format", input.value));
  for (const figure of document.querySelectorAll("figure.file")) {
    const text = () => figure.querySelector("code").textContent, name = figure.querySelector("figcaption span").textContent;
    const copy = figure.querySelector(".copy"), save = figure.querySelector(".save");
    copy.hidden = save.hidden = false;
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(text()); copy.textContent = "Copied"; }
      catch { getSelection().selectAllChildren(figure.querySelector("code")); copy.textContent = "Selected"; }
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    });
    save.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text()], { type: "text/plain" }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }
});
})();
