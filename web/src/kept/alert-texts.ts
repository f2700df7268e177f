/** What an alert says, from the server's own catalogue, and the screen that it opens. */
import ar from "../../../notifications/catalogue/ar.json";
import en from "../../../notifications/catalogue/en.json";
import es from "../../../notifications/catalogue/es.json";
import fr from "../../../notifications/catalogue/fr.json";
import ht from "../../../notifications/catalogue/ht.json";
import uk from "../../../notifications/catalogue/uk.json";
import vi from "../../../notifications/catalogue/vi.json";

type Kind = keyof typeof en;
type Text = { title: string; body: string; lang: string; dir: "rtl" | "ltr" };

const CATALOGUES: Record<string, Record<string, { title: string; body: string }>> = { ar, en, es, fr, ht, uk, vi };
const SCREENS: Record<Kind, string> = {
  REPORT_NEWS: "/case",
  CHILD_RECHECK: "/site",
  MATCH_WAITS: "/desk",
  QUESTION_WAITS: "/desk/waiting",
  RELEASE_WAITS: "/desk",
  CHILD_MISSING_NEARBY: "/site/nearby",
  CASE_RECOVERED: "/not-me",
  DIGEST: "/desk",
};

/** In the language of the message, else in English; a kind that this build does not know yet says that there is news. */
export function textOf(kind: string, language: string): Text {
  const [wished = ""] = language.toLowerCase().split("-");
  const lang = wished in CATALOGUES ? wished : "en";
  const words = CATALOGUES[lang]?.[kind] ?? CATALOGUES[lang]?.["REPORT_NEWS"] ?? en.REPORT_NEWS;
  return { ...words, lang, dir: lang === "ar" ? "rtl" : "ltr" };
}

/** The page that a tap opens; which child is missing is said behind the `#`, which no browser sends. */
export function screenOf(kind: string, id: string): string {
  const screen = SCREENS[kind as Kind] ?? "/";
  if (kind === "CASE_RECOVERED") return `${screen}/${id}`;
  return kind === "CHILD_MISSING_NEARBY" ? `${screen}#${id}` : screen;
}
