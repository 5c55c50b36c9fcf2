// A stand-in for Npcap's wpcap.dll, with the driver below it. Devices are lines "NAME<tab>DESCRIPTION<tab>FLAGS" in the file
// "devices". What arrives on one is in the file "packets" with the part of its name behind the last backslash in front of it,
// such as "NPF_Loopback.packets": a length in 32 bits and as many bytes, again and again.
#include "windows_types.h"
#include "handles.h"
#include "world.h"
#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define PCAP_ERRBUF_SIZE 256
#define PCAP_ERROR (-1)
#define PCAP_ERROR_NOT_ACTIVATED (-3)
#define PCAP_ERROR_NO_SUCH_DEVICE (-5)
#define PCAP_ERROR_PERM_DENIED (-8)
#define PCAP_ERROR_TSTAMP_PRECISION_NOTSUP (-12)
#define PCAP_CHAR_ENC_UTF_8 1
#define PCAP_TSTAMP_HOST_HIPREC 2
#define DLT_NULL 0
#define DLT_EN10MB 1
#define MOST_BYTES 262144
// Of the library's buffer, into which it reads from the driver; the real one has 256,000 bytes.
#define USER_BUFFER_BYTES 16000
#define DEFAULT_MIN_TO_COPY 16000

typedef unsigned int u_int;

struct pcap_pkthdr {
    WINDOWS_TIMEVAL ts;
    u_int caplen;
    u_int len;
};

// As the driver keeps it: a header like this, the packet, and space up to a word.
struct record {
    struct record *next;
    struct pcap_pkthdr header;
    unsigned char bytes[];
};

struct pcap_stat {
    u_int ps_recv, ps_drop, ps_ifdrop, ps_capt, ps_sent, ps_netdrop;
};

struct pcap_if {
    struct pcap_if *next;
    char *name;
    char *description;
    void *addresses;
    u_int flags;
};

struct program {
    int port; // 0: all
    u_int snaplen;
};

struct bpf_program {
    u_int bf_len;
    struct program *bf_insns;
};

typedef struct {
    char device[256];
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_stat stat;
    int snaplen, timeout, promiscuous, tstamp_type, nonblock, linktype, active;
    long buffer_bytes, min_to_copy;
    struct program filter;
    int filtered;
    struct handle_head event;
    pthread_t driver;
    pthread_mutex_t lock;
    int closing;
    long offset;
    struct record *kernel, **kernel_end, *user;
    long kernel_bytes;
    struct record *handed_over;
} pcap_t;

typedef struct {
    FILE *file;
    long disk_bytes; // 0: no end
    int failed;
} pcap_dumper_t;

typedef void (*pcap_handler)(unsigned char *, const struct pcap_pkthdr *, const unsigned char *);

static int initialised;

int pcap_init(u_int options, char *errbuf) {
    if (options != PCAP_CHAR_ENC_UTF_8 || world_setting("pcap_init") != 0) {
        snprintf(errbuf, PCAP_ERRBUF_SIZE, "unknown character encoding");
        return PCAP_ERROR;
    }
    initialised = 1;
    return 0;
}

const char *pcap_lib_version(void) {
    return "stand-in for Npcap version 1.79, based on libpcap version 1.10.4";
}

int pcap_findalldevs(struct pcap_if **first, char *errbuf) {
    *first = NULL;
    if (world_setting("pcap_findalldevs") != 0) {
        snprintf(errbuf, PCAP_ERRBUF_SIZE, "PacketGetAdapterNames: Zugriff verweigert für Schlüssel");
        return PCAP_ERROR;
    }
    FILE *file = world_open("devices");
    struct pcap_if **next = first;
    char line[1024];
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        char *rest = line;
        struct pcap_if *device = calloc(1, sizeof(*device));
        device->name = strdup(strsep(&rest, "\t"));
        char *description = strsep(&rest, "\t");
        device->description = *description == 0 ? NULL : strdup(description);
        device->flags = (u_int)atoi(rest);
        *next = device;
        next = &device->next;
    }
    if (file != NULL) {
        fclose(file);
    }
    return 0;
}

void pcap_freealldevs(struct pcap_if *device) {
    while (device != NULL) {
        struct pcap_if *next = device->next;
        free(device->name);
        free(device->description);
        free(device);
        device = next;
    }
}

pcap_t *pcap_create(const char *device, char *errbuf) {
    if (!initialised) {
        snprintf(errbuf, PCAP_ERRBUF_SIZE, "pcap_init was not called");
        return NULL;
    }
    pcap_t *p = calloc(1, sizeof(*p));
    snprintf(p->device, sizeof(p->device), "%s", device);
    p->snaplen = MOST_BYTES;
    p->buffer_bytes = 1000000;
    p->min_to_copy = DEFAULT_MIN_TO_COPY;
    p->filter.snaplen = MOST_BYTES;
    p->kernel_end = &p->kernel;
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

int pcap_set_snaplen(pcap_t *p, int snaplen) {
    p->snaplen = snaplen;
    return 0;
}

int pcap_set_promisc(pcap_t *p, int promiscuous) {
    p->promiscuous = promiscuous;
    return 0;
}

int pcap_set_timeout(pcap_t *p, int millis) {
    p->timeout = millis;
    return 0;
}

int pcap_set_buffer_size(pcap_t *p, int bytes) {
    p->buffer_bytes = bytes;
    return 0;
}

int pcap_set_tstamp_precision(pcap_t *p, int precision) {
    (void)p;
    return precision == 0 ? 0 : PCAP_ERROR_TSTAMP_PRECISION_NOTSUP;
}

int pcap_get_tstamp_precision(pcap_t *p) {
    (void)p;
    return 0;
}

int pcap_set_tstamp_type(pcap_t *p, int type) {
    p->tstamp_type = type;
    return 0;
}

static int is_listed(const char *name) {
    struct pcap_if *first;
    char error[PCAP_ERRBUF_SIZE];
    int found = 0;
    if (pcap_findalldevs(&first, error) == 0) {
        for (struct pcap_if *one = first; one != NULL; one = one->next) {
            found = found || strcmp(one->name, name) == 0;
        }
        pcap_freealldevs(first);
    }
    return found;
}

static FILE *open_packets(pcap_t *p) {
    const char *slash = strrchr(p->device, '\\');
    char name[300];
    snprintf(name, sizeof(name), "%s.packets", slash == NULL ? p->device : slash + 1);
    return world_open(name);
}

// DLT_NULL, or Ethernet, and behind it IPv4 without options.
static int passes(pcap_t *p, const unsigned char *bytes, u_int length) {
    u_int ip = p->linktype == DLT_NULL ? 4 : 14;
    if (p->filter.port == 0) {
        return 1;
    }
    if (length < ip + 28 || bytes[ip + 9] != 17) {
        return 0;
    }
    const unsigned char *udp = bytes + ip + 20;
    return (udp[0] << 8 | udp[1]) == p->filter.port || (udp[2] << 8 | udp[3]) == p->filter.port;
}

static void arrive(pcap_t *p, const unsigned char *bytes, u_int length) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    pthread_mutex_lock(&p->lock);
    p->stat.ps_recv++;
    if (passes(p, bytes, length)) {
        u_int kept = p->filtered && length > p->filter.snaplen ? p->filter.snaplen : length;
        long size = (long)sizeof(struct pcap_pkthdr) + kept;
        if (p->kernel_bytes + size > p->buffer_bytes) {
            p->stat.ps_drop++;
        } else {
            struct record *record = calloc(1, sizeof(*record) + kept);
            // Its own clock went away from the system's in the meantime.
            long drift = p->tstamp_type == PCAP_TSTAMP_HOST_HIPREC ? 0 : 3600;
            record->header = (struct pcap_pkthdr){
                {(int32_t)(now.tv_sec + drift), (int32_t)(now.tv_nsec / 1000)}, kept, length};
            memcpy(record->bytes, bytes, kept);
            *p->kernel_end = record;
            p->kernel_end = &record->next;
            p->kernel_bytes += size;
            p->stat.ps_capt++;
            if (p->kernel_bytes > p->min_to_copy) {
                eventfd_write(p->event.fd, 1);
            }
        }
    }
    pthread_mutex_unlock(&p->lock);
}

static void *drive(void *argument) {
    pcap_t *p = argument;
    static __thread unsigned char bytes[MOST_BYTES];
    while (!__atomic_load_n(&p->closing, __ATOMIC_SEQ_CST)) {
        FILE *file = open_packets(p);
        uint32_t length;
        if (file != NULL) {
            fseek(file, p->offset, SEEK_SET);
            while (fread(&length, sizeof(length), 1, file) == 1 && length <= MOST_BYTES &&
                   fread(bytes, 1, length, file) == length) {
                p->offset += (long)(sizeof(length) + length);
                arrive(p, bytes, length);
            }
            fclose(file);
        }
        usleep(500);
    }
    return NULL;
}

int pcap_activate(pcap_t *p) {
    int status = (int)world_setting("pcap_activate");
    if (status != 0) {
        snprintf(p->error, sizeof(p->error), "%s", status == PCAP_ERROR ? "Error opening adapter: the driver is gone (2)" : "");
        return status;
    }
    if (!is_listed(p->device)) {
        return PCAP_ERROR_NO_SUCH_DEVICE;
    }
    p->linktype = strstr(p->device, "Loopback") != NULL ? DLT_NULL : DLT_EN10MB;
    p->event.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    p->active = 1;
    FILE *file = open_packets(p);
    if (file != NULL) {
        fseek(file, 0, SEEK_END);
        p->offset = ftell(file);
        fclose(file);
    }
    pthread_create(&p->driver, NULL, drive, p);
    return 0;
}

int pcap_setnonblock(pcap_t *p, int nonblock, char *errbuf) {
    (void)errbuf;
    p->nonblock = nonblock;
    return 0;
}

int pcap_setmintocopy(pcap_t *p, int size) {
    p->min_to_copy = size;
    return p->active ? 0 : PCAP_ERROR_NOT_ACTIVATED;
}

HANDLE pcap_getevent(pcap_t *p) {
    return world_setting("pcap_getevent") != 0 ? NULL : &p->event;
}

int pcap_datalink(pcap_t *p) {
    return p->linktype;
}

int pcap_list_datalinks(pcap_t *p, int **list) {
    *list = malloc(2 * sizeof(int));
    (*list)[0] = p->linktype;
    (*list)[1] = 143; // DLT_DOCSIS, as for every Ethernet there
    return p->linktype == DLT_EN10MB ? 2 : 1;
}

void pcap_free_datalinks(int *list) {
    free(list);
}

int pcap_snapshot(pcap_t *p) {
    return p->snaplen;
}

int pcap_compile(pcap_t *p, struct bpf_program *program, const char *text, int optimize, u_int netmask) {
    int port = 0;
    (void)optimize, (void)netmask;
    if (*text != 0 && sscanf(text, "udp port %d", &port) != 1) {
        snprintf(p->error, sizeof(p->error), "can't parse filter expression: syntax error");
        return PCAP_ERROR;
    }
    program->bf_len = 1;
    program->bf_insns = malloc(sizeof(*program->bf_insns));
    *program->bf_insns = (struct program){port, (u_int)p->snaplen};
    return 0;
}

static void empty(pcap_t *p) {
    struct record *lists[] = {p->kernel, p->user};
    for (int i = 0; i < 2; i++) {
        while (lists[i] != NULL) {
            struct record *next = lists[i]->next;
            free(lists[i]);
            lists[i] = next;
        }
    }
    p->kernel = p->user = NULL;
    p->kernel_end = &p->kernel;
    p->kernel_bytes = 0;
}

// What is in the buffers is lost.
int pcap_setfilter(pcap_t *p, struct bpf_program *program) {
    pthread_mutex_lock(&p->lock);
    p->filter = *program->bf_insns;
    p->filtered = 1;
    empty(p);
    pthread_mutex_unlock(&p->lock);
    return 0;
}

void pcap_freecode(struct bpf_program *program) {
    free(program->bf_insns);
}

// From the driver into the library's buffer, where that is empty.
static void read_driver(pcap_t *p) {
    eventfd_t count;
    long size = 0;
    struct record **end = &p->user;
    if (p->user != NULL) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    while (p->kernel != NULL && size < USER_BUFFER_BYTES) {
        struct record *record = p->kernel;
        size += (long)sizeof(record->header) + record->header.caplen;
        p->kernel = record->next;
        record->next = NULL;
        *end = record;
        end = &record->next;
    }
    p->kernel_bytes -= size;
    if (p->kernel == NULL) {
        p->kernel_end = &p->kernel;
        eventfd_read(p->event.fd, &count);
    }
    pthread_mutex_unlock(&p->lock);
}

static int refused(pcap_t *p) {
    if (!p->nonblock) {
        snprintf(p->error, sizeof(p->error), "the stand-in does not block");
        return 1;
    }
    if (world_setting("device_lost") != 0) {
        snprintf(p->error, sizeof(p->error), "read error: PacketReceivePacket failed");
        return 1;
    }
    return 0;
}

int pcap_dispatch(pcap_t *p, int count, pcap_handler handle, unsigned char *user) {
    int taken = 0;
    if (refused(p)) {
        return PCAP_ERROR;
    }
    read_driver(p);
    while (p->user != NULL && taken < count) {
        struct record *record = p->user;
        handle(user, &record->header, record->bytes);
        p->user = record->next;
        free(record);
        taken++;
    }
    return taken;
}

int pcap_next_ex(pcap_t *p, struct pcap_pkthdr **header, const unsigned char **bytes) {
    free(p->handed_over);
    p->handed_over = NULL;
    if (refused(p)) {
        return PCAP_ERROR;
    }
    read_driver(p);
    if (p->user == NULL) {
        return 0;
    }
    p->handed_over = p->user;
    p->user = p->user->next;
    *header = &p->handed_over->header;
    *bytes = p->handed_over->bytes;
    return 1;
}

struct pcap_stat *pcap_stats_ex(pcap_t *p, int *size) {
    *size = sizeof(p->stat);
    return &p->stat;
}

const char *pcap_geterr(pcap_t *p) {
    return p->error;
}

const char *pcap_statustostr(int status) {
    return status == PCAP_ERROR_NO_SUCH_DEVICE  ? "No such device exists"
           : status == PCAP_ERROR_PERM_DENIED ? "You don't have permission to capture on that device"
                                              : "Unknown error";
}

void pcap_close(pcap_t *p) {
    if (p->active) {
        __atomic_store_n(&p->closing, 1, __ATOMIC_SEQ_CST);
        pthread_join(p->driver, NULL);
        close(p->event.fd);
    }
    empty(p);
    free(p->handed_over);
    free(p);
}

pcap_dumper_t *pcap_dump_hopen(pcap_t *p, intptr_t file) {
    struct handle_head *handle = (struct handle_head *)file;
    pcap_dumper_t *dumper = calloc(1, sizeof(*dumper));
    dumper->file = fdopen(handle->fd, "wb");
    dumper->disk_bytes = world_setting("disk_bytes");
    free(handle);
    if (world_setting("pcap_dump_hopen") != 0) {
        snprintf(p->error, sizeof(p->error), "_open_osfhandle: Too many open files");
        fclose(dumper->file);
        free(dumper);
        return NULL;
    }
    struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, figures, snaplen, linktype;
    } header = {0xa1b2c3d4, 2, 4, 0, 0, (uint32_t)p->snaplen, (uint32_t)p->linktype};
    fwrite(&header, sizeof(header), 1, dumper->file);
    return dumper;
}

// With "disk_bytes" set a disk of that size. Of a write that fails nobody is told, then or later, as in wpcap.dll's C library.
void pcap_dump(unsigned char *user, const struct pcap_pkthdr *header, const unsigned char *bytes) {
    pcap_dumper_t *dumper = (pcap_dumper_t *)user;
    if (dumper->failed) {
        return;
    }
    long room = dumper->disk_bytes - ftell(dumper->file);
    if (dumper->disk_bytes != 0 && room < (long)(sizeof(*header) + header->caplen)) {
        dumper->failed = 1;
        fwrite(header, room < (long)sizeof(*header) ? (size_t)room : sizeof(*header), 1, dumper->file);
        return;
    }
    fwrite(header, sizeof(*header), 1, dumper->file);
    fwrite(bytes, header->caplen, 1, dumper->file);
}

int pcap_dump_flush(pcap_dumper_t *dumper) {
    return fflush(dumper->file) == 0 ? 0 : PCAP_ERROR;
}

int64_t pcap_dump_ftell64(pcap_dumper_t *dumper) {
    return ftello(dumper->file);
}

void pcap_dump_close(pcap_dumper_t *dumper) {
    fclose(dumper->file);
    free(dumper);
}
