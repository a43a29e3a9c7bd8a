/* A field for files: says what was chosen and how large it is, and what the server would refuse, in its words. */
(function () {
  "use strict";
  const MB = 1048576;
  /* As it is: a file of nothing is no kilobyte. */
  const size = (bytes, unit) => (bytes < 1024 ? bytes + " " + unit : bytes < MB ? Math.round(bytes / 1024) + " KB" :
    (bytes / MB).toFixed(1) + " MB");
  const fill = (text, name, n) => text.replace("{name}", name).replace("{n}", n);

  /* `own`: keeps a list of its own, from which files can be taken out and to which more can be added; for pages that send it
     themselves. Gives `files()`, `set(files)`, `problems()` and `mark(sentences)`. */
  window.fileField = function (input, own, changed) {
    const list = document.getElementById(input.id + "-list");
    const words = input.dataset;
    const most = Number(words.files), one = Number(words.one), together = Number(words.together);
    let kept = [];
    /* The browser's own "no file chosen" would contradict the list. */
    if (own) input.classList.add("is-listed");

    const problems = () => {
      const found = [];
      if (kept.length > most) found.push(fill(words.tooMany, "", most));
      kept.forEach((file) => {
        if (!file.size) found.push(fill(words.empty, file.name, 0));
        if (file.size > one) found.push(fill(words.tooLarge, file.name, Math.floor(one / MB)));
      });
      const all = kept.reduce((sum, file) => sum + file.size, 0);
      if (kept.length <= most && all > together) found.push(fill(words.tooMuch, "", Math.floor(together / MB)));
      return found;
    };
    const show = () => {
      list.textContent = "";
      kept.forEach((file, at) => {
        const line = document.createElement("li");
        const name = document.createElement("span");
        name.textContent = file.name + "（" + size(file.size, words.bytes) + "）";
        line.appendChild(name);
        if (own) {
          const away = document.createElement("button");
          away.type = "button";
          away.className = "btn btn--text";
          away.textContent = words.remove;
          away.setAttribute("aria-label", words.remove + " " + file.name);
          away.addEventListener("click", () => {
            kept.splice(at, 1);
            show();
            changed();
            input.focus();
          });
          line.appendChild(away);
        }
        list.appendChild(line);
      });
      say(problems());
      mark(problems());
    };
    const mark = (found) => {
      Array.from(list.children).forEach((line, at) => {
        const name = "“" + kept[at].name.slice(-60) + "”";
        line.className = found.some((text) => text.indexOf(name) === 0) ? "is-wrong" : "";
      });
    };
    const say = (found) => {
      const error = document.getElementById(input.id + "-error");
      error.hidden = !found.length;
      error.querySelector("span").textContent = found.join("\n");
      if (found.length) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    };
    input.addEventListener("change", () => {
      const chosen = Array.from(input.files);
      kept = own && input.multiple ? kept.concat(chosen) : chosen;
      /* So that the same file can be chosen again, and a page that sends its own list sends nothing twice. */
      if (own) input.value = "";
      show();
      changed();
    });
    return {
      files: () => kept.slice(),
      set: (files) => { kept = files.slice(); show(); },
      problems: problems,
      tooMany: () => kept.length > most || kept.reduce((sum, file) => sum + Math.min(file.size, one), 0) > together,
      /* What the server says of single files, each named: told apart in the list. */
      mark: mark,
    };
  };
})();
