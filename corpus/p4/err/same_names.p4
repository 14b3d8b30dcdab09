// A name that is not the one in the list, a field twice, a conversion written as a call, `==` of any type.
#include <core.p4>
struct twice { bit<8> a; bit<16> a; }
action run() { }
bool alike<T>(in T a, in T b) { return a == b; }
control c(inout bit<32> x) {
    action run() { x = 1; }
    table t { actions = { run; } default_action = .run(); }
    apply {
        x = bit<32>(8w1);
        t.apply();
    }
}
control shape(inout bit<32> x);
package top(shape s);
top(c()) main;
