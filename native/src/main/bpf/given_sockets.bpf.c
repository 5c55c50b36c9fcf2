// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Tells who is given sockets of the internet by a local stream socket (SCM_RIGHTS), at recvmsg(2), recvmmsg(2) and their
 * likes of io_uring: just before the kernel installs the descriptors. Other receives take no descriptors, and are not asked.
 *
 * Optional; needs the kernel's BTF. Linux 6.7 and later.
 */
#include "socket_state.h"
#include "system_call.h"

/* include/uapi/linux/stat.h */
#define FILE_TYPE 0170000
#define SOCKET_FILE 0140000
/* include/linux/socket.h, which the UAPI lacks */
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
/* include/net/scm.h */
#define SCM_MAX_FD 253
/* In front of the one that is read next may be one that is read already: of data out of band. */
#define QUEUED 2

#define ALLOW 1

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct net {
	__u64 net_cookie;
};

typedef struct {
	struct net *net;
} possible_net_t;

typedef struct {
	__s64 counter;
} atomic64_t;

struct sock_common {
	unsigned short skc_family;
	__u16 skc_num;
	possible_net_t skc_net;
	atomic64_t skc_cookie;
};

struct sk_buff {
	struct sk_buff *next;
	unsigned int len;
	char cb[48];
};

struct sk_buff_head {
	struct sk_buff *next;
};

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	__u16 sk_protocol;
};

struct socket {
	struct sock *sk;
};

struct inode {
	unsigned short i_mode;
};

struct file {
	struct inode *f_inode;
	void *private_data;
};

struct scm_fp_list {
	short count;
	struct file *fp[SCM_MAX_FD];
};

/* What a local socket keeps in sk_buff.cb. */
struct unix_skb_parms {
	struct scm_fp_list *fp;
	__u32 consumed;
};

struct mm_struct;

struct task_struct {
	struct mm_struct *mm;
};

#pragma clang attribute pop

/* Files that the current process is about to get descriptors of. */
struct files {
	__u64 at;
	/* Not of 32 bits: the kernel may compare all 64 of what bpf_loop() is given. */
	__u64 count;
};

/* Those of the message that is read next. */
static __always_inline void find_files(struct sock *sk, struct files *f)
{
	struct sk_buff *end = (void *)&sk->sk_receive_queue;
	struct sk_buff *skb = BPF_CORE_READ(sk, sk_receive_queue.next);

	#pragma unroll
	for (int i = 0; i < QUEUED; i++) {
		struct unix_skb_parms *parms = (void *)&skb->cb;
		struct scm_fp_list *list;

		if (!skb || skb == end)
			return;
		list = BPF_CORE_READ(parms, fp);
		if (list) {
			f->at = (__u64)&list->fp;
			f->count = (__u64)BPF_CORE_READ(list, count);
			return;
		}
		if (BPF_CORE_READ(parms, consumed) < BPF_CORE_READ(skb, len))
			return;
		skb = BPF_CORE_READ(skb, next);
	}
}

/* For how many descriptors the caller has room, at most. */
static __always_inline __u64 find_room(void)
{
	struct message_head head;
	struct call c;

	if (!current_call(&c) || c.number != c.recvmsg)
		return SCM_MAX_FD;
	if (bpf_probe_read_user(&head, sizeof(head), (void *)c.second) < 0)
		return SCM_MAX_FD;
	if (!head.control || head.control_length < sizeof(struct control_head))
		return 0;
	return (head.control_length - sizeof(struct control_head)) / sizeof(__u32);
}

/* Null if it is no socket of the internet. */
static __always_inline struct sock *internet_socket(struct file *file)
{
	struct socket *socket;
	struct sock *sk;
	__u16 family;

	if ((BPF_CORE_READ(file, f_inode, i_mode) & FILE_TYPE) != SOCKET_FILE)
		return 0;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	return family == AF_INET || family == AF_INET6 ? sk : 0;
}

static long tell_given(__u32 index, struct files *f)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct pidcap_socket_record *r;
	struct given_key key = {};
	struct file *file = 0;
	struct sock *sk;
	__u8 yes = 1;

	if (bpf_probe_read_kernel(&file, sizeof(file), (void *)(f->at + index * sizeof(file))) < 0 || !file)
		return 1;
	sk = internet_socket(file);
	if (!sk)
		return 0;
	key.cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	key.memory = (__u64)BPF_CORE_READ(task, mm);
	key.tgid = bpf_get_current_pid_tgid() >> 32;
	/* A socket that is told of, or may be, has a cookie. */
	if (!key.cookie || bpf_map_lookup_elem(&given, &key))
		return 0;
	r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	if (!r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		return 0;
	}
	__builtin_memset(r, 0, sizeof(*r));
	r->time_ns = bpf_ktime_get_ns();
	r->kind = PIDCAP_SOCKET_GIVEN;
	r->tgid = key.tgid;
	r->cookie = key.cookie;
	r->netns_cookie = BPF_CORE_READ(sk, __sk_common.skc_net.net, net_cookie);
	r->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	r->protocol = BPF_CORE_READ(sk, sk_protocol);
	r->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	submit(r);
	bpf_map_update_elem(&given, &key, &yes, BPF_ANY);
	key.memory = 0;
	key.tgid = 0;
	bpf_map_update_elem(&given, &key, &yes, BPF_ANY);
	return 0;
}

/* Attached as BPF_CGROUP_UNIX_RECVMSG, which is of the same kind, and which older versions of libbpf have no name for. */
SEC("cgroup/recvmsg4")
int local_receive(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *local = ctx->sk;
	struct files f = {};
	struct sock *sk = 0;
	__u64 room;

	if (!local || local->type != SOCK_STREAM)
		return ALLOW;
	/* By the helper it becomes a number: by the pointer itself the kernel allows to read its own few fields only. */
	if (bpf_probe_read_kernel(&sk, sizeof(sk), &local) < 0)
		return ALLOW;
	find_files(sk, &f);
	if (!f.count)
		return ALLOW;
	room = find_room();
	if (room > f.count)
		room = f.count;
	bpf_loop(room < SCM_MAX_FD ? room : SCM_MAX_FD, tell_given, &f, 0);
	return ALLOW;
}
