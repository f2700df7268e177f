/** A query or a mutation of `graphql/operations/`, with the types of what goes in and comes out. */
export type Operation<Result, Variables> = {
  /** The SHA-256 of its document, by which the server knows it. */
  hash: string;
  /** There for the compiler alone. */
  readonly types?: (variables: Variables) => Result;
};

/** A subscription; the library that follows it wants the document itself. */
export type Followed<Result, Variables> = {
  text: string;
  /** There for the compiler alone. */
  readonly types?: (variables: Variables) => Result;
};
