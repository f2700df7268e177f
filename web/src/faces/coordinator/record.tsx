/** One record in full, as it is read before something is done with it. */
import { useWords } from "../../languages/words";
import { factsOf, type Side } from "./compare";
import { nameOf } from "./review";

export function Record({ of, who }: { of: Side; who?: string | null }) {
  const { say, spoken, moment } = useWords();
  const when = of.when && moment(of.when);
  const facts = { "compare.who": who, "compare.when": when, "compare.where": of.where, ...factsOf(of.person, say, spoken) };
  return (
    <section class="stack record">
      <h3>
        <span class="soft small">{of.title}</span> <bdi>{nameOf(of.person.names) ?? say("compare.nameless")}</bdi>
      </h3>
      {of.photos.length > 0 ? (
        <div class="photos">
          {of.photos.map((photo) => (
            <a key={photo.id} href={photo.large} target="_blank" rel="noreferrer">
              <img src={photo.large} alt={say("compare.photo")} />
            </a>
          ))}
        </div>
      ) : null}
      <dl class="facts">
        {Object.entries(facts).map(([key, value]) =>
          value ? (
            <div key={key}>
              <dt>{say(key as keyof typeof facts)}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ) : null,
        )}
      </dl>
    </section>
  );
}
