// A key has a name for the control plane, and doesn't refer to its own table.
#include <core.p4>
control c(inout bit<8> x, inout bit<8> y) {
    action a() { }
    table sum { key = { x + y: exact; } actions = { a; NoAction; } }
    table named { key = { x + y: exact @name("sum"); } actions = { a; NoAction; } }
    table itself { key = { itself.apply().hit: exact @name("hit"); } actions = { a; NoAction; } }
    apply { sum.apply(); named.apply(); }
}
