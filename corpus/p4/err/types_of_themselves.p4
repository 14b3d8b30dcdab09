// Types that have themselves as an argument, and externs that are handed to themselves.
struct pair_t<A, B> { A first; B second; }
const pair_t<pair_t<bool, bool>, bool> X = { { true, false }, true };
extern E { E(); void f(E other); }
