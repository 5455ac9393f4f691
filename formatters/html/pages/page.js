"use strict";
// A report's filters, its languages, and links to commits by any beginning of their SHA. Without it, all is shown.
(() => {
  const place = document.getElementById("edition");
  if (!place) return;
  const editions = new Map([...document.querySelectorAll("template[data-language]")].map((made) => [made.dataset.language, made]));
  const titles = new Map([[document.documentElement.lang, document.title]]);
  editions.forEach((made, language) => titles.set(language, made.dataset.title));
  const kept = new Map();
  const asked = { q: "", area: "", type: "", author: "", levels: new Set() };
  let form = null;
  let entries = [];

  function read() {
    const given = new URLSearchParams(location.search);
    for (const name of ["q", "area", "type", "author"]) asked[name] = given.get(name) || "";
    asked.levels = new Set((given.get("level") || "").split(" ").filter(Boolean));
  }

  function put(search) {
    const given = new URLSearchParams(search);
    const set = (name, value) => (value ? given.set(name, value) : given.delete(name));
    for (const name of ["q", "area", "type", "author"]) set(name, asked[name]);
    set("level", [...asked.levels].join(" "));
    return given.toString();
  }

  function write() {
    const query = put(location.search);
    try {
      history.replaceState(null, "", location.pathname + (query ? "?" + query : "") + location.hash);
    } catch { /* some readers open files without an address that may change */ }
    // The archive's other language is another page: it is to show the same commits.
    for (const link of document.querySelectorAll(".site .languages a")) link.search = put(link.search);
  }

  function fits(entry) {
    if (asked.levels.size && !asked.levels.has(entry.level)) return false;
    if (asked.area && !entry.areas.includes(asked.area)) return false;
    if (asked.type && !entry.types.includes(asked.type)) return false;
    if (asked.author && entry.author !== asked.author) return false;
    return asked.q.toLowerCase().split(/\s+/).every((word) => entry.text.includes(word));
  }

  function apply() {
    const isAsked = Boolean(asked.q.trim() || asked.area || asked.type || asked.author || asked.levels.size);
    const shown = new Set();
    for (const entry of entries) {
      const isShown = !isAsked || fits(entry);
      entry.node.hidden = !isShown;
      if (isShown) shown.add(entry.node.id);
    }
    for (const node of place.querySelectorAll("[data-for]")) node.hidden = !shown.has(node.dataset.for);
    for (const node of place.querySelectorAll(".story, .group, .all")) {
      const left = node.querySelectorAll(".entry:not([hidden]), [data-for]:not([hidden])").length;
      node.hidden = !left;
      const number = node.querySelector("[data-count]");
      if (number) number.textContent = isAsked ? left : number.dataset.count;
    }
    for (const node of place.querySelectorAll(".intro, .note, .run")) node.hidden = isAsked;
    for (const node of place.querySelectorAll(".nothing")) node.hidden = !isAsked || shown.size > 0;
    if (!form) return leaveRoom();
    form.querySelector(".clear").hidden = !isAsked;
    const text = form.dataset.shown.replace("{shown}", shown.size).replace("{count}", entries.length);
    form.querySelector(".found").textContent = isAsked ? text : "";
    for (const button of form.querySelectorAll("[data-level]")) {
      button.setAttribute("aria-pressed", asked.levels.has(button.dataset.level));
    }
    for (const name of ["q", "area", "type", "author"]) {
      const field = form.elements[name];
      if (field && field.value !== asked[name]) field.value = asked[name];
    }
    leaveRoom();
  }

  // What is jumped to stands below the bar of filters where that stays in sight.
  function leaveRoom() {
    const stays = form && getComputedStyle(form).position === "sticky";
    document.documentElement.style.scrollPaddingTop = stays ? `calc(${form.offsetHeight}px + 1rem)` : "";
  }

  function start() {
    form = place.querySelector(".filters");
    entries = [...place.querySelectorAll(".entry")].map((node) => ({
      node,
      level: node.dataset.level,
      areas: JSON.parse(node.dataset.areas),
      types: JSON.parse(node.dataset.types),
      author: node.dataset.author,
      text: (node.id + " " + node.textContent + " " + node.dataset.author + " " + node.dataset.files).toLowerCase(),
    }));
    for (const node of place.querySelectorAll(".filters, .languages")) node.hidden = false;
    apply();
  }

  function changed() {
    apply();
    write();
  }

  function speak(language) {
    const now = document.documentElement.lang;
    if (language === now || !(kept.has(language) || editions.has(language))) return;
    const old = document.createDocumentFragment();
    old.append(...place.childNodes);
    kept.set(now, old);
    place.append(kept.get(language) || editions.get(language).content.cloneNode(true));
    document.documentElement.lang = language;
    document.title = titles.get(language);
    start();
    place.querySelector(`.languages [data-language="${language}"]`).focus();
  }

  function go() {
    const wanted = location.hash.slice(1).toLowerCase();
    if (!/^[0-9a-f]{7,40}$/.test(wanted)) return;
    const found = entries.find((entry) => entry.node.id.startsWith(wanted));
    if (!found) return;
    if (found.node.hidden) {
      Object.assign(asked, { q: "", area: "", type: "", author: "", levels: new Set() });
      changed();
    }
    if (found.node.id !== wanted) location.replace("#" + found.node.id);
    else found.node.scrollIntoView();
  }

  place.addEventListener("click", (event) => {
    const language = event.target.closest(".languages button");
    if (language) return speak(language.dataset.language);
    const level = event.target.closest(".filters [data-level]");
    if (level) {
      const key = level.dataset.level;
      if (!asked.levels.delete(key)) asked.levels.add(key);
      changed();
    }
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) go();
  });
  for (const kind of ["input", "change"]) {
    place.addEventListener(kind, (event) => {
      const { name, value } = event.target;
      if (!name || asked[name] === value) return;
      asked[name] = value;
      changed();
    });
  }
  place.addEventListener("reset", () => {
    Object.assign(asked, { q: "", area: "", type: "", author: "", levels: new Set() });
    setTimeout(() => {
      changed();
      [...form.elements].filter((field) => !field.hidden).at(-1).focus({ preventScroll: true }); // the button itself is gone
    });
  });
  place.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && form && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      form.elements.q.focus();
    }
  });
  const closed = [];
  addEventListener("beforeprint", () => {
    for (const node of place.querySelectorAll(".more:not([open])")) {
      node.open = true;
      closed.push(node);
    }
  });
  addEventListener("afterprint", () => closed.splice(0).forEach((node) => (node.open = false)));
  addEventListener("hashchange", go);
  addEventListener("resize", leaveRoom);
  read();
  start();
  go();
})();
