// A stand-in for kernel32.dll. Processes are lines "PID PARENT START OPENABLE<tab>EXE<tab>PATH" in the file "processes",
// START a FILETIME. Last errors are left in errno, where JNA looks for them on this system.
#include "windows_types.h"
#include "handles.h"
#include "ticks.h"
#include "world.h"
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <poll.h>
#include <pthread.h>

#define STEPS_UNTIL_1970 116444736000000000LL

struct process {
    DWORD pid;
    DWORD parent;
    int64_t start;
    int openable;
    char exe[1024];
    char path[70000];
};

static size_t utf16(const char *text, WCHAR *to, size_t most) {
    iconv_t converter = iconv_open("UTF-16LE", "UTF-8");
    char *in = (char *)text;
    size_t in_left = strlen(text);
    char *out = (char *)to;
    size_t out_left = 2 * most;
    iconv(converter, &in, &in_left, &out, &out_left);
    iconv_close(converter);
    return most - out_left / 2;
}

static int next_process(FILE *file, struct process *process) {
    static char line[72000];
    memset(process, 0, sizeof(*process));
    char *rest = line;
    if (fgets(line, sizeof(line), file) == NULL) {
        return 0;
    }
    line[strcspn(line, "\n")] = 0;
    int numbers = sscanf(strsep(&rest, "\t"), "%u %u %ld %d", &process->pid, &process->parent, &process->start,
                         &process->openable);
    snprintf(process->exe, sizeof(process->exe), "%s", strsep(&rest, "\t"));
    snprintf(process->path, sizeof(process->path), "%s", rest);
    return numbers == 4;
}

static int find_process(DWORD pid, struct process *process) {
    FILE *file = world_open("processes");
    int found = 0;
    while (file != NULL && !found && next_process(file, process)) {
        found = process->pid == pid;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

static BOOL fail(int error) {
    errno = error;
    return FALSE;
}

BOOL QueryPerformanceCounter(int64_t *count) {
    *count = ticks_now();
    return TRUE;
}

BOOL QueryPerformanceFrequency(int64_t *frequency) {
    *frequency = TICKS_PER_SECOND;
    return TRUE;
}

void GetSystemTimePreciseAsFileTime(int64_t *time) {
    *time = clock_nanos(CLOCK_REALTIME) / 100 + STEPS_UNTIL_1970;
}

// Keeps its process's facts, as Windows keeps the process.
struct handle {
    struct handle_head head;
    FILE *snapshot;
    struct process process;
};

static int handles;
static pthread_mutex_t handles_lock = PTHREAD_MUTEX_INITIALIZER;

static void count_handles(int more) {
    pthread_mutex_lock(&handles_lock);
    handles += more;
    pthread_mutex_unlock(&handles_lock);
}

HANDLE CreateToolhelp32Snapshot(DWORD flags, DWORD pid) {
    long error = world_setting("CreateToolhelp32Snapshot");
    FILE *file = world_open("processes");
    if (error != 0 || flags != 2 || pid != 0 || file == NULL) {
        fail(error == 0 ? ERROR_INVALID_PARAMETER : (int)error);
        return INVALID_HANDLE_VALUE;
    }
    struct handle *handle = calloc(1, sizeof(*handle));
    handle->snapshot = file;
    count_handles(1);
    return handle;
}

BOOL Process32NextW(HANDLE snapshot, PROCESSENTRY32W *entry) {
    static struct process process;
    if (entry->dwSize != sizeof(*entry)) {
        return fail(24); // ERROR_BAD_LENGTH
    }
    if (!next_process(((struct handle *)snapshot)->snapshot, &process)) {
        return fail(ERROR_NO_MORE_FILES);
    }
    // Of a name that is longer the rest of an earlier one would stay behind its end.
    memset(entry->szExeFile, 0x41, sizeof(entry->szExeFile));
    entry->th32ProcessID = process.pid;
    entry->th32ParentProcessID = process.parent;
    entry->szExeFile[utf16(process.exe, entry->szExeFile, 259)] = 0;
    return TRUE;
}

BOOL Process32FirstW(HANDLE snapshot, PROCESSENTRY32W *entry) {
    return Process32NextW(snapshot, entry);
}

HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD pid) {
    (void)inherit;
    struct handle *handle = calloc(1, sizeof(*handle));
    int found = find_process(pid, &handle->process);
    if (access != 0x1000 || !found || !handle->process.openable) {
        free(handle);
        fail(access == 0x1000 && found ? ERROR_ACCESS_DENIED : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    count_handles(1);
    return handle;
}

BOOL GetProcessTimes(HANDLE process, int64_t *creation, int64_t *exit, int64_t *kernel, int64_t *user) {
    *creation = ((struct handle *)process)->process.start;
    *exit = *kernel = *user = 0;
    return TRUE;
}

BOOL QueryFullProcessImageNameW(HANDLE process, DWORD flags, WCHAR *name, DWORD *size) {
    static WCHAR path[40000];
    size_t length = utf16(((struct handle *)process)->process.path, path, 40000);
    if (flags != 0 || length == 0) {
        return fail(31); // ERROR_GEN_FAILURE
    }
    if (length + 1 > *size) {
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(name, path, 2 * length);
    name[length] = 0;
    *size = (DWORD)length;
    return TRUE;
}

BOOL CloseHandle(HANDLE object) {
    struct handle *handle = object;
    if (handle->snapshot != NULL) {
        fclose(handle->snapshot);
    }
    free(handle);
    count_handles(-1);
    return TRUE;
}

// Only as pidcap asks for it: to write into what is there, shared with all. The handle ends with the stream made of it.
HANDLE CreateFileW(const WCHAR *name, DWORD access, DWORD share, void *security, DWORD disposition, DWORD flags, HANDLE like) {
    char path[4096] = {0};
    char *in = (char *)name;
    size_t in_left = 0;
    while (name[in_left / 2] != 0) {
        in_left += 2;
    }
    char *out = path;
    size_t out_left = sizeof(path) - 1;
    iconv_t converter = iconv_open("UTF-8", "UTF-16LE");
    iconv(converter, &in, &in_left, &out, &out_left);
    iconv_close(converter);
    int asked_rightly = access == 0x40000000 && share == 7 && security == NULL && disposition == 3 && flags == 0 && like == NULL;
    int fd = asked_rightly ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    if (fd < 0) {
        fail(!asked_rightly ? ERROR_INVALID_PARAMETER : errno == ENOENT ? ERROR_FILE_NOT_FOUND : ERROR_ACCESS_DENIED);
        return INVALID_HANDLE_VALUE;
    }
    struct handle_head *file = calloc(1, sizeof(*file));
    file->fd = fd;
    return file;
}

DWORD WaitForSingleObject(HANDLE object, DWORD millis) {
    struct pollfd event = {.fd = ((struct handle_head *)object)->fd, .events = POLLIN};
    if (world_setting("wait") != 0) {
        fail((int)world_setting("wait"));
        return WAIT_FAILED;
    }
    return poll(&event, 1, (int)millis) > 0 ? WAIT_OBJECT_0 : WAIT_TIMEOUT;
}

BOOL SetDllDirectoryW(const WCHAR *name) {
    return name != NULL ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

// For tests only; Windows has no such function.
int standin_open_handles(void) {
    return handles;
}

DWORD FormatMessageW(DWORD flags, void *source, DWORD error, DWORD language, WCHAR *to, DWORD size, void *arguments) {
    (void)source, (void)language, (void)arguments;
    const char *text = error == 2    ? "The system cannot find the file specified. "
                       : error == 5  ? "Access is denied. "
                       : error == 50 ? "The request is not supported. "
                       : error == 87 ? "The parameter is incorrect. "
                       : error == 112 ? "There is not enough space on the disk. "
                                     : NULL;
    if (flags != (0x1000 | 0x200 | 0xff) || text == NULL) {
        fail(317); // ERROR_MR_MID_NOT_FOUND
        return 0;
    }
    return (DWORD)utf16(text, to, size);
}
