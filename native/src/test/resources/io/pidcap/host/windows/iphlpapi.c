// A stand-in for iphlpapi.dll. Sockets are lines "TABLE STATE LOCAL PORT REMOTE PORT PID CREATED" in the file "sockets", TABLE one
// of tcp4, tcp6, udp4, udp6. Where there is a file "TABLE.CLASS.bin" its bytes are the table.
#include "windows_types.h"
#include "world.h"
#include <arpa/inet.h>

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
