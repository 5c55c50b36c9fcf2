// A stand-in for WinDivert.dll 2.2 and its driver. Events are records of 80 bytes (WINDIVERT_ADDRESS) that tests append to the
// files "socket.events" and "flow.events"; as with the driver, those before the open are not seen, a full queue drops its
// oldest without a word, and a receive waits until there is an event or nothing can come any more. A record without a
// timestamp gets that of its arrival.
#include "windows_types.h"
#include "ticks.h"
#include "world.h"
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#define RECORD_BYTES 80
#define LAYER_FLOW 2
#define LAYER_SOCKET 3
#define FLAG_SNIFF 1
#define FLAG_RECV_ONLY 4
#define SHUTDOWN_RECV 1
#define MOST_QUEUED 16384

struct divert {
    pthread_t reader;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    const char *file;
    long offset;
    long most_queued;
    long first, queued;
    int shut_down, closing;
    unsigned char queue[MOST_QUEUED][RECORD_BYTES];
};

static BOOL fail(int error) {
    errno = error;
    return FALSE;
}

static void enqueue(struct divert *divert, unsigned char *record) {
    int64_t stamp;
    memcpy(&stamp, record, sizeof(stamp));
    if (stamp == 0) {
        stamp = ticks_now();
        memcpy(record, &stamp, sizeof(stamp));
    }
    pthread_mutex_lock(&divert->lock);
    if (!divert->shut_down) {
        if (divert->queued == divert->most_queued) {
            divert->first = (divert->first + 1) % MOST_QUEUED;
            divert->queued--;
        }
        memcpy(divert->queue[(divert->first + divert->queued) % MOST_QUEUED], record, RECORD_BYTES);
        divert->queued++;
        pthread_cond_broadcast(&divert->changed);
    }
    pthread_mutex_unlock(&divert->lock);
}

static void *read_events(void *argument) {
    struct divert *divert = argument;
    unsigned char record[RECORD_BYTES];
    while (!__atomic_load_n(&divert->closing, __ATOMIC_SEQ_CST)) {
        FILE *file = world_open(divert->file);
        if (file != NULL) {
            fseek(file, divert->offset, SEEK_SET);
            while (fread(record, RECORD_BYTES, 1, file) == 1) {
                divert->offset += RECORD_BYTES;
                enqueue(divert, record);
            }
            fclose(file);
        }
        usleep(500);
    }
    return NULL;
}

HANDLE WinDivertOpen(const char *filter, int layer, int16_t priority, uint64_t flags) {
    long error = world_setting(layer == LAYER_FLOW ? "open_flow" : "open_socket");
    int asked_rightly = strcmp(filter, "true") == 0 && (layer == LAYER_FLOW || layer == LAYER_SOCKET) && priority == 0 &&
                        flags == (FLAG_SNIFF | FLAG_RECV_ONLY);
    if (error != 0 || !asked_rightly) {
        fail(error != 0 ? (int)error : ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    struct divert *divert = calloc(1, sizeof(*divert));
    pthread_mutex_init(&divert->lock, NULL);
    pthread_cond_init(&divert->changed, NULL);
    divert->file = layer == LAYER_FLOW ? "flow.events" : "socket.events";
    divert->most_queued = 4096;
    FILE *file = world_open(divert->file);
    if (file != NULL) {
        fseek(file, 0, SEEK_END);
        divert->offset = ftell(file) / RECORD_BYTES * RECORD_BYTES;
        fclose(file);
    }
    pthread_create(&divert->reader, NULL, read_events, divert);
    return divert;
}

BOOL WinDivertSetParam(HANDLE handle, int parameter, uint64_t value) {
    static const uint64_t least[] = {32, 100, 65535};
    static const uint64_t most[] = {MOST_QUEUED, 16000, 33554432};
    struct divert *divert = handle;
    long error = world_setting("set_param");
    if (error != 0 || parameter < 0 || parameter > 2 || value < least[parameter] || value > most[parameter]) {
        return fail(error != 0 ? (int)error : ERROR_INVALID_PARAMETER);
    }
    if (parameter == 0) {
        pthread_mutex_lock(&divert->lock);
        long most = world_setting("most_queued");
        divert->most_queued = most > 0 ? most : (long)value;
        pthread_mutex_unlock(&divert->lock);
    }
    return TRUE;
}

BOOL WinDivertGetParam(HANDLE handle, int parameter, uint64_t *value) {
    (void)handle;
    if (parameter != 3 && parameter != 4) {
        return fail(ERROR_INVALID_PARAMETER);
    }
    *value = 2;
    return TRUE;
}

BOOL WinDivertRecv(HANDLE handle, void *packet, unsigned length, unsigned *received, void *address) {
    struct divert *divert = handle;
    long error = world_setting("receive");
    if (error != 0 || packet != NULL || length != 0 || received != NULL) {
        return fail(error != 0 ? (int)error : ERROR_INVALID_PARAMETER);
    }
    pthread_mutex_lock(&divert->lock);
    while (divert->queued == 0 && !divert->shut_down) {
        pthread_cond_wait(&divert->changed, &divert->lock);
    }
    int there = divert->queued > 0;
    if (there) {
        memcpy(address, divert->queue[divert->first], RECORD_BYTES);
        divert->first = (divert->first + 1) % MOST_QUEUED;
        divert->queued--;
    }
    pthread_mutex_unlock(&divert->lock);
    return there ? TRUE : fail(ERROR_NO_DATA);
}

BOOL WinDivertShutdown(HANDLE handle, int how) {
    struct divert *divert = handle;
    if (how != SHUTDOWN_RECV) {
        return fail(ERROR_INVALID_PARAMETER);
    }
    pthread_mutex_lock(&divert->lock);
    divert->shut_down = 1;
    pthread_cond_broadcast(&divert->changed);
    pthread_mutex_unlock(&divert->lock);
    return TRUE;
}

BOOL WinDivertClose(HANDLE handle) {
    struct divert *divert = handle;
    __atomic_store_n(&divert->closing, 1, __ATOMIC_SEQ_CST);
    pthread_join(divert->reader, NULL);
    free(divert);
    return TRUE;
}
