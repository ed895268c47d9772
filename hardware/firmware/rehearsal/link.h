// The link: finds frames in the received bytes, hands commands on, frames what goes out.
// Words and numbers: hardware/link/declaration.ts, by way of link.generated.h.
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

// Bytes and frames ignored since boot.
extern uint16_t link_bad_frames;

// Reads what has arrived and runs the commands in it, as long as the line has room for a reply.
void link_poll(void);

// Starts a report with so many bytes after its type. False: no room on the line now; nothing was written.
bool link_begin(uint8_t type, uint8_t length);
void link_put(uint8_t byte);
void link_put16(uint16_t value);
void link_put32(uint32_t value);
// Adds the CRC-16 and closes the frame.
void link_end(void);

#endif
