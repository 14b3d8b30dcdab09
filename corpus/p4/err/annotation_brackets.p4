// Brackets of annotations: round ones close round ones, and in square ones all have to fit.
@structured[1, (2]] const bit<8> A = 1;
@free(a ] action b() { }
