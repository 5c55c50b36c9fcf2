/* For Windows: prints its arguments, as its C library took them apart, each ended by a zero byte; ends with status 7. */
#include <windows.h>
#include <stdio.h>

int wmain(int argc, wchar_t **argv) {
    for (int i = 1; i < argc; i++) {
        char text[8192];
        int bytes = WideCharToMultiByte(CP_UTF8, 0, argv[i], -1, text, sizeof text, NULL, NULL);
        fwrite(text, 1, bytes, stdout);
    }
    fflush(stdout);
    return 7;
}
