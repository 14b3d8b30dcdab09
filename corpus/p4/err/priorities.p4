// Which entries have priorities.
#include <core.p4>
control c(inout bit<8> x) {
    action a(bit<8> v) { x = v; }
    table fixed {
        key = { x: ternary; }
        actions = { a; NoAction; }
        const entries = { priority = 1: 1 &&& 3: a(1); }
    }
    table needless {
        key = { x: exact; }
        actions = { a; NoAction; }
        entries = { priority = 1: 1: a(1); }
    }
    table first {
        key = { x: ternary; }
        actions = { a; NoAction; }
        entries = { 1 &&& 3: a(1); priority = 7: 2 &&& 3: a(2); }
    }
    table below {
        key = { x: ternary; }
        actions = { a; NoAction; }
        priority_delta = 10;
        entries = { priority = 15: 1 &&& 3: a(1); 2 &&& 3: a(2); }
    }
    table odd {
        actions = { a; NoAction; }
        priority_delta = -1;
        largest_priority_wins = "yes";
    }
    apply { }
}
