/*
 * For Windows: takes the command lines of the file argv[1] apart, each ended by a zero byte, and writes into argv[2] for each
 * the number of its arguments and the arguments, each ended by a zero byte.
 */
#include <windows.h>
#include <shellapi.h>
#include <stdio.h>

int main(int argc, char **argv) {
    static char lines[1 << 20];
    FILE *in = fopen(argv[1], "rb");
    FILE *out = fopen(argv[2], "wb");
    size_t length = fread(lines, 1, sizeof lines, in);
    for (char *line = lines; line < lines + length; line += strlen(line) + 1) {
        wchar_t wide[4096];
        MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, 4096);
        int count;
        wchar_t **words = CommandLineToArgvW(wide, &count);
        fprintf(out, "%d%c", count, 0);
        for (int i = 0; i < count; i++) {
            char text[8192];
            fwrite(text, 1, WideCharToMultiByte(CP_UTF8, 0, words[i], -1, text, sizeof text, NULL, NULL), out);
        }
        LocalFree(words);
    }
    return fclose(out);
}
