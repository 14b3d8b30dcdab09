// Entries that never match, and a mask that is no prefix.
#include <core.p4>
control c(inout bit<8> x, inout bit<8> y) {
    action a(bit<8> v) { y = v; }
    table t {
        key = { x: exact; y: ternary; }
        actions = { a; NoAction; }
        const entries = {
            (1, 2 &&& 3): a(1);
            (1, _): a(2);
            (1, 2 &&& 3): a(3);
        }
    }
    table u {
        key = { x: lpm; }
        actions = { a; NoAction; }
        const entries = { 0x10 &&& 0xF0: a(1); 0x01 &&& 0x0F: a(2); }
    }
    apply { t.apply(); u.apply(); }
}
