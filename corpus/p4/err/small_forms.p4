// A match kind's annotation names one; lengths come before.
#include <core.p4>
header h_t { bit<8> a; @length(later) varbit<8> v; bit<32> later; }
struct s_t { @match(1 + 1) bit<8> x; @match(ternary) bit<8> y; }
