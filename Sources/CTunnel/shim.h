#ifndef PULSEFS_CTUNNEL_SHIM_H
#define PULSEFS_CTUNNEL_SHIM_H

#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>

/* glibc declares these only under _GNU_SOURCE, which Swift's importer does not define. */
extern int setns(int descriptor, int kind);
extern int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const void *signals);
static const int pulse_clone_newnet = 0x40000000;

/* The kernel may be late by this much when it wakes the calling thread; 50 microseconds unless told. */
static inline int pulse_set_timer_slack(unsigned long nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, nanoseconds, 0UL, 0UL, 0UL);
}

/* The requests are macros with sizeof, and struct ifreq is a union with macros for members: Swift has neither. */

/* Makes an open /dev/net/tun the device of that name, in the network namespace of the calling thread. Packets come and go
   with a header of the kernel's, so that segments of up to 64 KiB pass in one piece, with their checksums left to do. */
static inline int pulse_attach_tunnel(int descriptor, const char *name) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    if (strlen(name) >= sizeof request.ifr_name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(request.ifr_name, name);
    request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
    if (ioctl(descriptor, TUNSETIFF, &request) != 0) return -1;
    return ioctl(descriptor, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6);
}

#endif
