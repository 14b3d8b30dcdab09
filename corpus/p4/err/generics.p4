#include <core.p4>
struct pair_t<A, B> { A first; B second; }
extern box<T> { box(T start); T get(); }
T same<T>(in T x) { return x; }
T wrong<T>(in T x) { return x + 1; }
U fresh<T, U>(in T x) { U y; return y; }
parser p();
struct hold_t<T> { T value; }
control Sub<T>(inout T x) { apply { x = x; } }
control c(inout bit<8> x, inout pair_t<bit<8>> one, inout pair_t all) {
    box(1) literal;
    box<bit<8>, bit<8>>(1) two;
    box<box<bit<8>>>(literal) itself;
    hold_t<p> parsers;
    hold_t<hold_t<bit<8>>> nested;
    Sub() untyped;
    apply {
        x = same(16w1);
        x = same<bit<8>, bit<8>>(x);
        x = fresh(x);
        x = same(3);
        x = same({ a = 1, b = 2 });
        x = same({ x, ... });
    }
}
