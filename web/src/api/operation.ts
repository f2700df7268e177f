/** An operation of `graphql/operations/`, by the SHA-256 of its document, with the types of what goes in and comes out. */
export type Operation<Result, Variables> = {
  hash: string;
  /** There for the compiler alone. */
  readonly types?: (variables: Variables) => Result;
};
