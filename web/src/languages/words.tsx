/** The words on the screen, in the person's language; one catalogue a language and part of the app, loaded when needed. */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { type Problem, Refusal } from "../api/client";
import { useFetched } from "../parts/fetched";
import { keyOfRefusal } from "./refusals";
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
  /** The language of what is said here: the desk's is English, whatever was chosen. */
  spoken: Language;
  /** The part of the app that one is in; none on the front door. */
  within: Part | undefined;
  choose: (language: Language) => void;
  /** The text of a key; `{name}` in it is replaced by the value of that name. */
  say: (key: Key, values?: Record<string, string | number>) => string;
  /** What the server refused. At the desk, which speaks its language, it says so itself. */
  refusal: (problem: Problem) => string;
  /** Why something came to nothing: what was refused, or that the server was not reached. */
  why: (error: unknown) => string;
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

/** What is inside speaks the person's language; until its words are there, only what `index.html` has in it is shown. */
export function InWords({ part, children }: { part?: Part; children: ComponentChildren }) {
  const outer = useContext(Context);
  const [own, setLanguage] = useState<Language>(preferred);
  const language = outer?.language ?? own;
  const around = outer?.spoken ?? own;
  const spoken = part ? spokenIn(part, around) : around;
  const { found: catalogue, away, again } = useFetched(() => load(around, part ?? "shared"), [around, part]);

  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  }, [language]);

  if (!catalogue) return away ? <NoWords language={language} again={again} /> : <Beginning />;
  const written = (value: string | number) =>
    typeof value === "number" ? new Intl.NumberFormat(spoken).format(value) : value;
  const say: Words["say"] = (key, values = {}) => {
    const text = catalogue[key];
    if (text === undefined && outer) return outer.say(key, values);
    if (text === undefined) {
      console.error(`There is no text here for ${key}.`);
      return key;
    }
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => written(values[name] ?? whole));
  };
  const ofServer: Words["refusal"] = ({ message }) => message;
  const ofPhone: Words["refusal"] = (problem) => {
    // A server that is newer than the app on this phone may say what that has no words for.
    const key = keyOfRefusal(problem);
    return key in catalogue ? say(key) : problem.message;
  };
  const refusal = part === "coordinator" ? ofServer : (outer?.refusal ?? ofPhone);
  const words: Words = {
    language,
    spoken,
    within: part ?? outer?.within,
    choose:
      outer?.choose ??
      ((chosen) => {
        localStorage.setItem(KEPT_AS, chosen);
        setLanguage(chosen);
      }),
    say,
    refusal,
    why: (error) => (error instanceof Refusal ? error.problems.map(refusal).join(" ") : say("away")),
    number: written,
    moment: (value, style = "medium") =>
      new Intl.DateTimeFormat(spoken, { timeStyle: "short", ...(style === "medium" ? { dateStyle: "medium" } : {}) }).format(new Date(value)),
  };
  const inWords = <Context.Provider value={words}>{children}</Context.Provider>;
  // Inside a screen, nothing stands between what lies in its grid.
  if (!part || outer?.within) return inWords;
  return (
    <div lang={spoken} dir={directionOf(spoken)}>
      {inWords}
    </div>
  );
}

function Beginning({ children = <div class="waiting" /> }: { children?: ComponentChildren }) {
  return (
    <div class="screen">
      <header class="head">
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Reunify
        </a>
      </header>
      {children}
    </div>
  );
}

/** What must be said even where no words were loaded. */
const NO_WORDS: Record<Language, readonly [why: string, again: string]> = {
  en: ["There is no connection right now.", "Try again"],
  es: ["Ahora no hay conexión.", "Volver a intentarlo"],
  fr: ["Pas de connexion pour le moment.", "Réessayer"],
  ht: ["Pa gen koneksyon kounye a.", "Eseye ankò"],
  vi: ["Hiện không có kết nối.", "Thử lại"],
  uk: ["Зараз немає зв’язку.", "Спробувати ще раз"],
  ar: ["لا يوجد اتصال الآن.", "حاول مرة أخرى"],
};

function NoWords({ language, again }: { language: Language; again: () => void }) {
  const [why, name] = NO_WORDS[language];
  return (
    <Beginning>
      <main class="body">
        <div role="alert">
          <h1>{why}</h1>
        </div>
        <button type="button" class="button main" onClick={again}>
          {name}
        </button>
      </main>
    </Beginning>
  );
}

/** Have the words of a part fetched that will be wanted soon. */
export function fetchWords(part: Part): void {
  load(preferred(), part).catch(() => undefined); // whoever wants them says that they are away
}

function directionOf(language: Language): "rtl" | "ltr" {
  return language === "ar" ? "rtl" : "ltr";
}

/** The desk speaks English until somebody writes it in another language. */
function spokenIn(part: Part, language: Language): Language {
  return catalogues[`./${language}/${part}.json`] ? language : "en";
}

/** The catalogue of a part. One that is not there in the language is wholly English, with the words that all parts share. */
async function load(language: Language, part: Part | "shared"): Promise<Catalogue> {
  const texts = async (tongue: Language, of: Part | "shared"): Promise<Catalogue> => (await catalogues[`./${tongue}/${of}.json`]?.()) ?? {};
  if (part === "shared" || spokenIn(part, language) === language) return texts(language, part);
  const [shared, own] = await Promise.all([texts("en", "shared"), texts("en", part)]);
  return { ...shared, ...own };
}

/** What was chosen on this phone, else the first language of the phone that there are words in. */
function preferred(): Language {
  const chosen = localStorage.getItem(KEPT_AS);
  const wished = [chosen, ...navigator.languages.map((tag) => tag.split("-")[0])];
  return (wished.find((one) => one && one in LANGUAGES) as Language | undefined) ?? "en";
}
