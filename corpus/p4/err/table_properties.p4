// What a table has once, and in which order.
#include <core.p4>
control c(inout bit<8> x) {
    action a() { }
    table nothing { key = { x: exact; } }
    table twice { actions = { a; } actions = { a; } default_action = a; }
    table constant { const key = { x: exact; } const actions = { a; } default_action = a; }
    table early { default_action = a; actions = { a; } }
    table same { actions = { a; a; } default_action = a; }
    apply { }
}
