# cmake -DOUT=cases_shipped.c -DFILE=cases.tsv -P embed.cmake: the shipped cases as an array in a C file.
file(READ ${FILE} hex HEX)
file(SIZE ${FILE} size)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
file(WRITE ${OUT} "/* Made by desk/classify/embed.cmake. */\n#include \"desk/classify/labelled.h\"\n\n"
     "static const unsigned char bytes[] = {${hex}0x00};\n\n"
     "parry_str parry_labelled_shipped(void) { return parry_str_make((const char *)bytes, ${size}); }\n")
