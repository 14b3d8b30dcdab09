// `error` and `match_kind` have no annotations.
@name("e") error { Mine }
@name("m") match_kind { fancy }
