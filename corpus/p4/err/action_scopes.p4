// Actions for the default alone, and for entries alone.
#include <core.p4>
control c(inout bit<8> x) {
    action a() { }
    action b() { }
    table t {
        key = { x: exact; }
        actions = { @defaultonly a; @tableonly b; }
        default_action = b;
        const entries = { 1: a; }
    }
    apply { t.apply(); }
}
