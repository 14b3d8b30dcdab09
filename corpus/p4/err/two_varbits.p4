// A header has one field of varying length.
header h_t { varbit<8> a; bit<8> b; varbit<16> c; }
