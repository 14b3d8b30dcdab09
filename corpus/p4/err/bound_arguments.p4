// What a table binds to an action's parameters is bound once.
#include <core.p4>
control c(inout bit<8> x, inout bit<8> y) {
    action a(inout bit<8> to, bit<8> v) { to = v; }
    table t {
        key = { x: exact; }
        actions = { a(x); NoAction; }
        default_action = a(y, 3);
        const entries = { 1: a(x, 1); 2: a(y, 2); }
    }
    apply { t.apply(); }
}
