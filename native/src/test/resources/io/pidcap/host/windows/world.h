// The world of the stand-ins: text files in the folder of the library itself, wherever a link to it lies, written by the
// tests, read at each call.
#ifndef PIDCAP_WORLD_H
#define PIDCAP_WORLD_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// "FILE" beside this library, opened for reading; NULL: not there.
static inline FILE *world_open(const char *name) {
    Dl_info info;
    char library[4096];
    char path[4096 + 256];
    if (!dladdr((void *)world_open, &info) || realpath(info.dli_fname, library) == NULL) {
        return NULL;
    }
    int folder = (int)(strrchr(library, '/') - library + 1);
    snprintf(path, sizeof(path), "%.*s%s", folder, library, name);
    return fopen(path, "re");
}

// A number that a test has set with a line "NAME VALUE" in the file "settings"; 0 where it has not.
static inline long world_setting(const char *name) {
    FILE *file = world_open("settings");
    char key[64];
    long value;
    long found = 0;
    while (file != NULL && fscanf(file, "%63s %ld", key, &value) == 2) {
        if (strcmp(key, name) == 0) {
            found = value;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

#endif
