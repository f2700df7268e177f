/** What is shown where the app itself fails. What was typed is kept on the phone already, so going on loses nothing. */
import { Component, type ComponentChildren } from "preact";
import { useWords } from "../languages/words";
import { Notice } from "./notice";
import { Screen } from "./screen";

export class Mishap extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const { say } = useWords();
  return (
    <Screen title={say("mishap.title")}>
      <Notice tone="bad">{say("mishap.kept")}</Notice>
      <button type="button" class="button main" onClick={() => location.reload()}>
        {say("mishap.again")}
      </button>
    </Screen>
  );
}
