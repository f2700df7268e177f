/** The words on the screen, in the person's language; one catalogue a language and part of the app, loaded when needed. */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type calls from "./en/calls.json";
import type coordinator from "./en/coordinator.json";
import type family from "./en/family.json";
import type map from "./en/map.json";
import type record from "./en/record.json";
import type seen from "./en/seen.json";
import type shared from "./en/shared.json";
import type volunteer from "./en/volunteer.json";

export const LANGUAGES = {
  en: "English",
  es: "Español",
  fr: "Français",
  ht: "Kreyòl ayisyen",
  vi: "Tiếng Việt",
  uk: "Українська",
  ar: "العربية",
} as const;

export type Language = keyof typeof LANGUAGES;
export type Part = "family" | "volunteer" | "coordinator" | "map" | "calls" | "record" | "seen";
type Texts = typeof shared & typeof family & typeof volunteer & typeof coordinator & typeof map & typeof calls & typeof record & typeof seen;
export type Key = keyof Texts;
type Catalogue = Partial<Record<Key, string>>;

export type Words = {
  language: Language;
  choose: (language: Language) => void;
  /** The text of a key; `{name}` in it is replaced by the value of that name. */
  say: (key: Key, values?: Record<string, string | number>) => string;
  /** A number and a moment as the language writes them. */
  number: (value: number) => string;
  moment: (value: string | number, style?: "short" | "medium") => string;
};

const catalogues = import.meta.glob<Catalogue>("./*/*.json", { import: "default" });
const KEPT_AS = "language";
const Context = createContext<Words | null>(null);

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error("There are no words outside <InWords>.");
  return words;
}

/** What is inside speaks the person's language; nothing is shown until its words are there. */
export function InWords({ part, children }: { part?: Part; children: ComponentChildren }) {
  const outer = useContext(Context);
  const [own, setLanguage] = useState<Language>(preferred);
  const language = outer?.language ?? own;
  const [catalogue, setCatalogue] = useState<{ of: Language; words: Catalogue } | null>(null);

  useEffect(() => {
    let gone = false;
    void load(language, part ?? "shared").then((words) => {
      if (!gone) setCatalogue({ of: language, words });
    });
    return () => {
      gone = true;
    };
  }, [language, part]);

  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  }, [language]);

  if (!catalogue) return null;
  const written = (value: string | number) =>
    typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  const words: Words = {
    language,
    choose:
      outer?.choose ??
      ((chosen) => {
        localStorage.setItem(KEPT_AS, chosen);
        setLanguage(chosen);
      }),
    say: (key, values = {}) => {
      const text = catalogue.words[key];
      if (text === undefined && outer) return outer.say(key, values);
      if (text === undefined) {
        console.error(`There is no text here for ${key}.`);
        return key;
      }
      return text.replace(/\{(\w+)\}/g, (whole, name: string) => written(values[name] ?? whole));
    },
    number: written,
    moment: (value, style = "medium") =>
      new Intl.DateTimeFormat(language, { timeStyle: "short", ...(style === "medium" ? { dateStyle: "medium" } : {}) }).format(new Date(value)),
  };
  return <Context.Provider value={words}>{children}</Context.Provider>;
}

/** The catalogue of a part; the desk speaks English until somebody writes it in another language. */
async function load(language: Language, part: Part | "shared"): Promise<Catalogue> {
  const found = catalogues[`./${language}/${part}.json`] ?? catalogues[`./en/${part}.json`];
  return found ? found() : {};
}

/** What was chosen on this phone, else the first language of the phone that there are words in. */
function preferred(): Language {
  const chosen = localStorage.getItem(KEPT_AS);
  const wished = [chosen, ...navigator.languages.map((tag) => tag.split("-")[0])];
  return (wished.find((one) => one && one in LANGUAGES) as Language | undefined) ?? "en";
}
