"use strict";
(() => {
  const text = document.getElementById("text");
  const boxes = [...document.querySelectorAll('input[name="status"]')];
  const results = [...document.querySelectorAll("details.result")];
  const rows = [...document.querySelectorAll("table.matrix tbody tr")];
  const words = results.map((result) => result.querySelector("summary").textContent.toLowerCase());
  const shown = document.getElementById("shown");

  const filter = () => {
    const wanted = text.value.trim().toLowerCase();
    const statuses = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    const visible = new Set();
    results.forEach((result, number) => {
      const fits = statuses.has(result.dataset.status) && words[number].includes(wanted);
      result.hidden = !fits;
      if (fits) { count += 1; visible.add("#" + result.id); }
    });
    rows.forEach((row) => {
      row.hidden = ![...row.querySelectorAll("a")].some((link) => visible.has(link.getAttribute("href")));
    });
    shown.textContent = count + " of " + results.length + " shown";
  };
  text.addEventListener("input", filter);
  boxes.forEach((box) => box.addEventListener("change", filter));
  document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
  filter();

  const expand = document.getElementById("expand");
  expand.addEventListener("click", () => {
    const visible = results.filter((result) => !result.hidden);
    const open = visible.some((result) => !result.open);
    visible.forEach((result) => { result.open = open; });
    expand.textContent = open ? "Collapse all" : "Expand all";
  });

  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  const go = (result) => {
    result.open = true;
    result.scrollIntoView({ block: "start" });
    result.querySelector("summary").focus({ preventScroll: true });
  };
  const step = (by) => {
    const visible = results.filter((result) => !result.hidden);
    const at = visible.findIndex((result) => result.contains(document.activeElement));
    const next = visible[at < 0 ? (by > 0 ? 0 : visible.length - 1) : at + by];
    if (next) go(next);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === text) { if (event.key === "Escape") text.blur(); return; }
    if (event.key === "/") { event.preventDefault(); text.focus(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });
  const named = () => {
    const result = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (result && result.matches("details.result")) { result.hidden = false; go(result); }
  };
  addEventListener("hashchange", named);
  named();
  addEventListener("beforeprint", () => results.forEach((result) => { result.open = !result.hidden && result.dataset.status !== "passed"; }));
})();
