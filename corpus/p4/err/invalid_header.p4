// An invalid header is one word.
header h_t { bit<8> a; }
const h_t H = { # };
