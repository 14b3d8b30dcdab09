// Entries need a key, and come after it.
#include <core.p4>
control c(inout bit<8> x) {
    action a() { }
    table keyless { actions = { a; } default_action = a; const entries = { 1: a; } }
    table early { actions = { a; } default_action = a; const entries = { 1: a; } key = { x: exact; } }
    apply { keyless.apply(); early.apply(); }
}
