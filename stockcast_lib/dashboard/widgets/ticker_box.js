// A combobox with a list box, as the ARIA Authoring Practices describe it.

let count = 0;

function render({ model, el }) {
  const id = `stockcast-ticker-${(count += 1)}-${Math.random().toString(36).slice(2)}`;
  const label = Object.assign(document.createElement("label"), { htmlFor: id });
  const input = Object.assign(document.createElement("input"), {
    id, type: "text", autocomplete: "off", spellcheck: false, maxLength: 100, enterKeyHint: "search",
  });
  input.setAttribute("autocapitalize", "characters");
  const list = Object.assign(document.createElement("div"), { id: `${id}-list`, hidden: true });
  const status = Object.assign(document.createElement("p"), { className: "stockcast-unseen" });
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  list.className = "stockcast-offered";
  status.setAttribute("role", "status");
  el.classList.add("stockcast-ticker");
  el.append(label, input, list, status);

  let active = -1;
  // Whether whoever types wants to be offered something; an answer may come when it is too late.
  let wants = false;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const open = (wanted) => {
    const shown = wanted && options().length > 0;
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    if (!shown) activate(-1);
  };
  const activate = (index) => {
    active = index;
    options().forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    const option = options()[index];
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    wants = false;
    open(false);
  };
  const submit = (text) => {
    input.value = text;
    close();
    model.send({ submit: text });
  };

  const describe = () => {
    label.textContent = model.get("label");
    input.placeholder = model.get("hint");
    list.setAttribute("aria-label", `${model.get("label")} suggestions`);
  };
  const offer = () => {
    const { typed, groups } = model.get("offered");
    // An answer to what stood there some keys ago.
    if (typed !== input.value) return;
    const stood = options()[active]?.dataset.ticker;
    let place = 0;
    list.replaceChildren(...groups.map(([heading, found]) => {
      const group = document.createElement("div");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", heading);
      if (heading) {
        const title = document.createElement("div");
        title.textContent = heading;
        title.className = "stockcast-offered-heading";
        title.setAttribute("role", "presentation");
        group.append(title);
      }
      group.append(...found.map(([ticker, name]) => option(ticker, name, (place += 1))));
      return group;
    }));
    open(wants);
    if (!list.hidden) activate(options().findIndex((option) => option.dataset.ticker === stood));
    const many = options().length;
    status.textContent = list.hidden ? "" : `${many} ${many === 1 ? "suggestion" : "suggestions"}`;
  };
  const option = (ticker, name, place) => {
    const line = document.createElement("div");
    line.id = `${id}-${place}`;
    line.dataset.ticker = ticker;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.append(
      Object.assign(document.createElement("b"), { textContent: ticker }),
      Object.assign(document.createElement("span"), { textContent: name }),
    );
    // Not click: the box would have lost its focus, and the list be closed.
    line.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      submit(ticker);
    });
    return line;
  };

  const type = () => {
    wants = true;
    activate(-1);
    model.send({ typed: input.value });
  };
  input.addEventListener("input", type);
  input.addEventListener("focus", () => {
    input.select();
    type();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return type();
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(((active < 0 && step < 0 ? 0 : active) + step + all.length) % all.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      submit(active >= 0 ? all[active].dataset.ticker : input.value);
    } else if (event.key === "Escape") {
      if (list.hidden && input.value !== "") {
        input.value = "";
        model.send({ typed: "" });
      }
      close();
    } else if (event.key === "Tab") {
      close();
    }
  });

  describe();
  const set = () => {
    if (model.get("text") !== input.value) input.value = model.get("text");
  };
  set();
  model.on("change:label change:hint", describe);
  model.on("change:text", set);
  model.on("msg:custom", (content) => {
    // Whoever types on while the kernel works keeps what is typed.
    const stays = typeof content.over === "string" && content.over !== input.value;
    if (typeof content.put === "string" && !stays) input.value = content.put;
  });
  model.on("change:offered", offer);
  return () => model.off(null, null, null);
}

export default { render };
