header h_t { bit<8> a; bit<8> a; }
struct h_t { bit<8> b; }
const bit<8> X = 1;
const bit<8> X = 2;
