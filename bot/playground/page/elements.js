// What people press, choose and type into. Each has a label that a screen reader can say and works from the keyboard.

import { confirmed } from "./confirm.js";
import { fileInput } from "./fileinput.js";
import { h, icon } from "./dom.js";
import { channelName, state } from "./state.js";
import { plainText, textObject } from "./markup.js";

const focusName = (block, one) => `${block.block_id}/${one.action_id}`;

// An element by itself, outside an input block: using it tells the bot at once.
export function element(block, one, use) {
  const draw = DRAW[one.type];
  if (!draw) return h("code", { class: "code" }, one.type);
  const live = { ...use, change: (value) => (use.type(block, one, value), tell(block, one, use, value)) };
  return draw(block, one, live);
}

async function tell(block, one, use, value) {
  if (one.confirm && !(await confirmed(one.confirm))) return;
  await use.press(block, one, value);
}

// An input block: label, element, hint and error, tied together by ids.
export function label(block, use) {
  const one = block.element;
  const id = `in-${use.name}-${block.block_id}`;
  const error = use.errors && use.errors[block.block_id];
  const described = [block.hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const change = (value) => {
    use.type(block, one, value);
    if (block.dispatch_action && !TYPED.includes(one.type)) tell(block, one, use, value);
  };
  const entered = (value) => block.dispatch_action && tell(block, one, use, value);
  const aria = { id, "aria-invalid": error ? "true" : null, "aria-describedby": described || null, "aria-required": block.optional ? null : "true" };
  const name = h("span", {}, plainText(block.label), block.optional ? h("span", { class: "optional" }, ` ${state.texts.optional}`) : null);
  const grouped = ["checkboxes", "radio_buttons", "file_input", "multi_static_select", "multi_users_select", "multi_channels_select"].includes(one.type);
  const control = DRAW[one.type](block, one, { ...use, change, entered, aria, inInput: true });
  const parts = [
    h(grouped ? "legend" : "label", grouped ? {} : { for: id }, name),
    control,
    block.hint ? h("div", { class: "hint", id: `${id}-hint` }, plainText(block.hint)) : null,
    error ? h("div", { class: "field-error", id: `${id}-error` }, error) : null,
  ];
  return grouped ? h("fieldset", { "aria-describedby": described || null }, parts) : h("div", { class: "field" }, parts);
}

const TYPED = ["plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"];

const typedIn = (block, one, use, initial) => {
  const typed = use.typed[block.block_id] && use.typed[block.block_id][one.action_id];
  return typed === undefined ? initial : typed;
};

function textInput(type) {
  return (block, one, use) => {
    const props = {
      ...use.aria,
      value: typedIn(block, one, use, one.initial_value || ""),
      placeholder: plainText(one.placeholder) || null,
      autofocus: one.focus_on_load,
      dataset: { focus: focusName(block, one) },
      oninput: (event) => use.change(event.target.value),
    };
    if (one.multiline) return h("textarea", { ...props, rows: "4" });
    const keys = (event) => event.key === "Enter" && use.entered && block.dispatch_action && (event.preventDefault(), use.entered(event.target.value));
    return h("input", { ...props, type, inputmode: type === "number" ? "decimal" : null, step: type === "number" ? "any" : null, onkeydown: keys });
  };
}

function select(options, initial) {
  return (block, one, use) => {
    const chosen = typedIn(block, one, use, initial(one));
    const draw = (option) => h("option", { value: option.value, selected: option.value === chosen }, plainText(option.text));
    const groups = one.option_groups
      ? one.option_groups.map((group) => h("optgroup", { label: plainText(group.label) }, group.options.map(draw)))
      : options(one).map(draw);
    const placeholder = plainText(one.placeholder) || state.texts.choose;
    return h(
      "select",
      {
        ...use.aria,
        "aria-label": use.inInput ? null : placeholder,
        autofocus: one.focus_on_load,
        dataset: { focus: focusName(block, one) },
        onchange: (event) => use.change(event.target.value || null),
      },
      h("option", { value: "", selected: !chosen }, placeholder),
      groups,
    );
  };
}

function many(options, initial) {
  return (block, one, use) => {
    const chosen = new Set(typedIn(block, one, use, initial(one)));
    const offered = one.option_groups ? one.option_groups.flatMap((group) => group.options) : options(one);
    return checkList(block, one, use, offered, chosen);
  };
}

function checkList(block, one, use, offered, chosen) {
  return h(
    "div",
    { class: "choices", role: use.inInput ? null : "group" },
    offered.map((option) =>
      choice("checkbox", block, one, option, chosen.has(option.value), (event) => {
        if (event.target.checked) chosen.add(option.value);
        else chosen.delete(option.value);
        use.change([...chosen]);
      }),
    ),
  );
}

function choice(type, block, one, option, checked, onchange) {
  return h(
    "label",
    { class: "choice" },
    h("input", { type, name: `${block.block_id}-${one.action_id}`, value: option.value, checked, onchange, dataset: { focus: `${focusName(block, one)}/${option.value}` } }),
    h("span", {}, textObject(option.text), option.description ? h("span", { class: "hint" }, textObject(option.description)) : null),
  );
}

const people = () => state.screen.people.map((one) => ({ value: one.id, text: { text: one.name } }));
const channels = () => state.screen.channels.filter((one) => one.type !== "im").map((one) => ({ value: one.id, text: { text: channelName(one) } }));
const conversations = () => state.screen.channels.map((one) => ({ value: one.id, text: { text: channelName(one) } }));
const valueOf = (option) => (option ? option.value : "");

function dated(type, first, convert = (value) => value) {
  return (block, one, use) =>
    h("input", {
      ...use.aria,
      type,
      "aria-label": use.inInput ? null : plainText(one.placeholder) || type,
      value: typedIn(block, one, use, one[first] || ""),
      dataset: { focus: focusName(block, one) },
      onchange: (event) => use.change(convert(event.target.value) || null),
    });
}

const DRAW = {
  button(block, one, use) {
    return h(
      "button",
      {
        type: "button",
        class: `button ${one.style || ""}`,
        "aria-label": one.accessibility_label || null,
        dataset: { focus: focusName(block, one) },
        onclick: async (event) => {
          const node = event.currentTarget;
          if (node.getAttribute("aria-busy") === "true") return;
          if (one.confirm && !(await confirmed(one.confirm))) return;
          if (one.url && /^https?:\/\//.test(one.url)) window.open(one.url, "_blank", "noopener");
          node.setAttribute("aria-busy", "true");
          try {
            await use.press(block, one, null);
          } finally {
            node.removeAttribute("aria-busy");
          }
        },
      },
      textObject(one.text),
    );
  },
  icon_button(block, one, use) {
    return DRAW.button(block, one, use);
  },
  workflow_button(block, one, use) {
    return DRAW.button(block, one, use);
  },
  feedback_buttons(block, one, use) {
    return h("span", { class: "feedback" }, [one.positive_button, one.negative_button].map((side) => h("button", { type: "button", class: "button", onclick: () => use.press(block, one, side.value) }, plainText(side.text))));
  },
  image(block, one) {
    return h("span", { class: "outside", role: "img", "aria-label": one.alt_text }, one.alt_text);
  },
  overflow(block, one, use) {
    const items = one.options.map((option) =>
      h(
        "button",
        {
          type: "button",
          onclick: async (event) => {
            event.target.closest("details").removeAttribute("open");
            await tell(block, one, use, option.value);
          },
        },
        plainText(option.text),
        option.description ? h("span", { class: "hint" }, plainText(option.description)) : null,
      ),
    );
    return h("details", { class: "menu" }, h("summary", { class: "button quiet", "aria-label": state.texts.more, dataset: { focus: focusName(block, one) } }, icon("more")), h("div", { class: "menu-items" }, items));
  },
  static_select: select((one) => one.options || [], (one) => valueOf(one.initial_option)),
  users_select: select(people, (one) => one.initial_user || ""),
  channels_select: select(channels, (one) => one.initial_channel || ""),
  conversations_select: select(conversations, (one) => one.initial_conversation || ""),
  external_select(block, one, use) {
    const list = h("datalist", { id: `${use.name}-${one.action_id}-list` });
    let found = [];
    return h(
      "span",
      {},
      h("input", {
        ...use.aria,
        type: "text",
        list: list.id,
        placeholder: plainText(one.placeholder) || state.texts.search,
        value: typedIn(block, one, use, valueOf(one.initial_option)),
        dataset: { focus: focusName(block, one) },
        oninput: async (event) => {
          const text = event.target.value;
          const exact = found.find((option) => plainText(option.text) === text);
          if (exact) return use.change(exact);
          if (text.length < (one.min_query_length ?? 3)) return;
          found = await use.suggest(block, one, text);
          list.replaceChildren(...found.map((option) => h("option", { value: plainText(option.text) })));
        },
      }),
      list,
    );
  },
  multi_static_select: many((one) => one.options || [], (one) => (one.initial_options || []).map(valueOf)),
  multi_users_select: many(people, (one) => one.initial_users || []),
  multi_channels_select: many(channels, (one) => one.initial_channels || []),
  multi_conversations_select: many(conversations, (one) => one.initial_conversations || []),
  checkboxes: many((one) => one.options, (one) => (one.initial_options || []).map(valueOf)),
  radio_buttons(block, one, use) {
    const chosen = typedIn(block, one, use, valueOf(one.initial_option));
    return h(
      "div",
      { class: "choices", role: use.inInput ? null : "radiogroup" },
      one.options.map((option) => choice("radio", block, one, option, option.value === chosen, (event) => use.change(event.target.value))),
    );
  },
  plain_text_input: textInput("text"),
  number_input: textInput("number"),
  email_text_input: textInput("email"),
  url_text_input: textInput("url"),
  rich_text_input(block, one, use) {
    const wrap = (text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] });
    return h("textarea", { ...use.aria, rows: "4", dataset: { focus: focusName(block, one) }, oninput: (event) => use.change(event.target.value ? wrap(event.target.value) : null) });
  },
  datepicker: dated("date", "initial_date"),
  timepicker: dated("time", "initial_time"),
  datetimepicker: dated("datetime-local", "initial_date_time", (value) => Math.floor(new Date(value).getTime() / 1000)),
  file_input: fileInput,
};
