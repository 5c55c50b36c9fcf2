// A stand-in for iphlpapi.dll. Sockets are lines "TABLE STATE LOCAL PORT REMOTE PORT PID CREATED" in the file "sockets", TABLE one
// of tcp4, tcp6, udp4, udp6. Where there is a file "TABLE.CLASS.bin" its bytes are the table.
#include "windows_types.h"
#include "world.h"
#include <arpa/inet.h>
#include <iconv.h>

struct socket_line {
    char table[8];
    DWORD state;
    char local[64];
    unsigned local_port;
    char remote[64];
    unsigned remote_port;
    DWORD pid;
    int64_t created;
};

static unsigned char bytes[16 << 20];
static size_t length;

// In the upper half of a port's DWORD Windows may leave anything.
static DWORD port(unsigned number) {
    return htons((uint16_t)number) | 0xabcd0000u;
}

static void put(const void *row, size_t size) {
    memcpy(bytes + length, row, size);
    length += size;
}

static void put_row(const struct socket_line *s, int tcp, int v6, int module) {
    unsigned char local[16] = {0};
    unsigned char remote[16] = {0};
    DWORD local4, remote4;
    inet_pton(v6 ? AF_INET6 : AF_INET, s->local, local);
    inet_pton(v6 ? AF_INET6 : AF_INET, s->remote, remote);
    memcpy(&local4, local, 4);
    memcpy(&remote4, remote, 4);
#define TCP4(type) type row = {.dwState = s->state, .dwLocalAddr = local4, .dwLocalPort = port(s->local_port), \
    .dwRemoteAddr = remote4, .dwRemotePort = port(s->remote_port), .dwOwningPid = s->pid}
#define TCP6(type) type row = {.dwState = s->state, .dwLocalPort = port(s->local_port), .dwLocalScopeId = 7, \
    .dwRemotePort = port(s->remote_port), .dwOwningPid = s->pid}; \
    memcpy(row.ucLocalAddr, local, 16); memcpy(row.ucRemoteAddr, remote, 16)
#define UDP4(type) type row = {.dwLocalAddr = local4, .dwLocalPort = port(s->local_port), .dwOwningPid = s->pid}
#define UDP6(type) type row = {.dwLocalPort = port(s->local_port), .dwLocalScopeId = 7, .dwOwningPid = s->pid}; \
    memcpy(row.ucLocalAddr, local, 16)
#define PUT(make, type) { make(type); put(&row, sizeof(row)); }
#define PUT_CREATED(make, type) { make(type); row.liCreateTimestamp = s->created; put(&row, sizeof(row)); }
    if (tcp && !v6 && module) PUT_CREATED(TCP4, MIB_TCPROW_OWNER_MODULE)
    else if (tcp && !v6) PUT(TCP4, MIB_TCPROW_OWNER_PID)
    else if (tcp && module) PUT_CREATED(TCP6, MIB_TCP6ROW_OWNER_MODULE)
    else if (tcp) PUT(TCP6, MIB_TCP6ROW_OWNER_PID)
    else if (!v6 && module) PUT_CREATED(UDP4, MIB_UDPROW_OWNER_MODULE)
    else if (!v6) PUT(UDP4, MIB_UDPROW_OWNER_PID)
    else if (module) PUT_CREATED(UDP6, MIB_UDP6ROW_OWNER_MODULE)
    else PUT(UDP6, MIB_UDP6ROW_OWNER_PID)
}

static void build(const char *table, int tcp, int v6, int module) {
    char name[64];
    snprintf(name, sizeof(name), "%s.%s.bin", table, module ? "module" : "pid");
    FILE *file = world_open(name);
    if (file != NULL) {
        length = fread(bytes, 1, sizeof(bytes), file);
        fclose(file);
        return;
    }
    DWORD rows = 0;
    length = module ? 8 : 4;
    memset(bytes, 0, length);
    file = world_open("sockets");
    struct socket_line s;
    while (file != NULL && fscanf(file, "%7s %u %63s %u %63s %u %u %ld", s.table, &s.state, s.local, &s.local_port,
                                  s.remote, &s.remote_port, &s.pid, &s.created) == 8) {
        if (strcmp(s.table, table) == 0) {
            put_row(&s, tcp, v6, module);
            rows++;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    memcpy(bytes, &rows, sizeof(rows));
}

static int calls;

static DWORD get(int tcp, void *to, DWORD *size, DWORD family, int class) {
    int module = class == (tcp ? TCP_TABLE_OWNER_MODULE_ALL : UDP_TABLE_OWNER_MODULE);
    if ((family != WINDOWS_AF_INET && family != WINDOWS_AF_INET6) ||
        (!module && class != (tcp ? TCP_TABLE_OWNER_PID_ALL : UDP_TABLE_OWNER_PID))) {
        return ERROR_INVALID_PARAMETER;
    }
    long error = world_setting(module ? "OWNER_MODULE" : "OWNER_PID");
    if (error != 0) {
        return (DWORD)error;
    }
    int v6 = family == WINDOWS_AF_INET6;
    build(tcp ? (v6 ? "tcp6" : "tcp4") : (v6 ? "udp6" : "udp4"), tcp, v6, module);
    // The table grows between a call that says how much is needed and the next.
    long growing = world_setting("growing");
    if (to == NULL || *size < length || (growing > 0 && ++calls % (growing + 1) != 0)) {
        *size = (DWORD)length > *size ? (DWORD)length : *size + 1;
        return ERROR_INSUFFICIENT_BUFFER;
    }
    memset(to, 0xee, *size); // what was there before is not zero
    memcpy(to, bytes, length);
    *size = (DWORD)length;
    return NO_ERROR;
}

DWORD GetExtendedTcpTable(void *table, DWORD *size, BOOL order, DWORD family, int class, DWORD reserved) {
    (void)order;
    return reserved != 0 ? ERROR_INVALID_PARAMETER : get(1, table, size, family, class);
}

DWORD GetExtendedUdpTable(void *table, DWORD *size, BOOL order, DWORD family, int class, DWORD reserved) {
    (void)order;
    return reserved != 0 ? ERROR_INVALID_PARAMETER : get(0, table, size, family, class);
}

// Adapters are lines "GUID<tab>FRIENDLY NAME<tab>TYPE<tab>STATUS<tab>ADDRESS/LENGTH,…" in the file "adapters".
struct arena {
    unsigned char *start;
    size_t used;
    size_t size;
};

// Counts on where there is no room any more, so that the caller learns how much is needed.
static void *take(struct arena *arena, size_t size) {
    static unsigned char nowhere[4096];
    size_t at = arena->used;
    arena->used += (size + 7) & ~(size_t)7;
    if (arena->used > arena->size) {
        return memset(nowhere, 0, sizeof(nowhere));
    }
    return memset(arena->start + at, 0, size);
}

static WCHAR *take_wide(struct arena *arena, char *text) {
    WCHAR *wide = take(arena, 2 * strlen(text) + 2);
    char *out = (char *)wide;
    size_t in_left = strlen(text);
    size_t out_left = 2 * in_left;
    iconv_t converter = iconv_open("UTF-16LE", "UTF-8");
    iconv(converter, &text, &in_left, &out, &out_left);
    iconv_close(converter);
    return wide;
}

static IP_ADAPTER_UNICAST_ADDRESS_LH *take_addresses(struct arena *arena, char *list) {
    IP_ADAPTER_UNICAST_ADDRESS_LH *first = NULL;
    IP_ADAPTER_UNICAST_ADDRESS_LH **next = &first;
    char *one;
    while ((one = strsep(&list, ",")) != NULL && *one != 0) {
        char *address = strsep(&one, "/");
        IP_ADAPTER_UNICAST_ADDRESS_LH *unicast = take(arena, sizeof(*unicast));
        unicast->OnLinkPrefixLength = (unsigned char)atoi(one);
        if (strchr(address, ':') != NULL) {
            WINDOWS_SOCKADDR_IN6 *six = take(arena, sizeof(*six));
            six->sin6_family = WINDOWS_AF_INET6;
            inet_pton(AF_INET6, address, six->sin6_addr);
            unicast->Address = (SOCKET_ADDRESS){six, sizeof(*six)};
        } else {
            WINDOWS_SOCKADDR_IN *four = take(arena, sizeof(*four));
            four->sin_family = WINDOWS_AF_INET;
            inet_pton(AF_INET, address, four->sin_addr);
            unicast->Address = (SOCKET_ADDRESS){four, sizeof(*four)};
        }
        *next = unicast;
        next = &unicast->Next;
    }
    return first;
}

DWORD GetAdaptersAddresses(DWORD family, DWORD flags, void *reserved, IP_ADAPTER_ADDRESSES_LH *to, DWORD *size) {
    long error = world_setting("GetAdaptersAddresses");
    if (error != 0 || family != 0 || flags != (2 | 4 | 8) || reserved != NULL) {
        return error != 0 ? (DWORD)error : ERROR_INVALID_PARAMETER;
    }
    FILE *file = world_open("adapters");
    struct arena arena = {(unsigned char *)to, 0, *size};
    IP_ADAPTER_ADDRESSES_LH *last = NULL;
    char line[4096];
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        char *rest = line;
        // The real structure is longer than what is known of it here.
        IP_ADAPTER_ADDRESSES_LH *adapter = take(&arena, 448);
        char *guid = strsep(&rest, "\t");
        adapter->Length = 448;
        adapter->AdapterName = strcpy(take(&arena, strlen(guid) + 1), guid);
        adapter->FriendlyName = take_wide(&arena, strsep(&rest, "\t"));
        adapter->IfType = (DWORD)atoi(strsep(&rest, "\t"));
        adapter->OperStatus = (DWORD)atoi(strsep(&rest, "\t"));
        adapter->FirstUnicastAddress = take_addresses(&arena, rest);
        if (last != NULL) {
            last->Next = adapter;
        }
        last = adapter;
    }
    if (file != NULL) {
        fclose(file);
    }
    if (arena.used > *size) {
        *size = (DWORD)arena.used;
        return ERROR_BUFFER_OVERFLOW;
    }
    return last == NULL ? ERROR_NO_DATA : NO_ERROR;
}
