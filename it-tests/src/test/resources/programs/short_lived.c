/* Connects once, sends a line, reads its echo and ends without closing: a process that lives a millisecond or two. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* short_lived BIND PEER PORT */
int main(int argc, char **argv)
{
	char line[] = "a line of a short life\n";
	struct sockaddr_in bound = {.sin_family = AF_INET}, peer = {.sin_family = AF_INET};
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	if (argc != 4 || sock < 0)
		return 1;
	inet_pton(AF_INET, argv[1], &bound.sin_addr);
	inet_pton(AF_INET, argv[2], &peer.sin_addr);
	peer.sin_port = htons(atoi(argv[3]));
	if (bind(sock, (struct sockaddr *)&bound, sizeof(bound)) || connect(sock, (struct sockaddr *)&peer, sizeof(peer)))
		return 2;
	if (write(sock, line, sizeof(line)) != sizeof(line) || read(sock, line, sizeof(line)) <= 0)
		return 3;
	return 0;
}
