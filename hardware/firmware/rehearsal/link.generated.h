// Generated from hardware/link/declaration.ts by `npm run generate`. Do not edit.
#ifndef LINK_GENERATED_H
#define LINK_GENERATED_H

#define LINK_MAJOR 2
#define LINK_MINOR 0
#define FIRMWARE_MAJOR 0
#define FIRMWARE_MINOR 2

#define LINK_SYSEX 13 // Firmata leaves sysex commands 0x01 to 0x0F to the user
#define BAUD 250000UL // exact at 16 MHz; 500000 overran the receiver under load
#define CHUNK_BYTES 32 // program bytes in one load frame; a frame must fit the 64-byte receive ring
#define FRAME_BYTES 48 // longest payload from the host, CRC included
#define EVENTS_PER_FRAME 4 // four to a frame carry 2,400 events/s; one to a frame 1,470
#define EVENT_BYTES 7 // ticks 32, code 8, value 16 bits
#define PROGRAM_BYTES 480 // the one program slot; bench mode keeps its own state there
#define EVENT_RING 64 // un-acknowledged events kept: over 2 s at 20 edges/s
#define EVENT_RESERVE 12 // ring places that only states, outputs and ends may take, so that a storm of licks cannot displace them
#define MAX_OUTPUTS 12 // bits of the output word that the Uno has pins for beside its inputs
#define MAX_INPUTS 6 // input lines; each has two edges in the alphabet
#define MAX_TIMERS 6 // three bits in a start; the shipped charts run at most three at once
#define MAX_SLOTS 32 // five bits in a start
#define MAX_GROUPS 8 // exclusive groups, one bit each
#define MAX_WAVES 2 // PWM pins of Timer2: Uno 3 and 11, Mega 9 and 10
#define MAX_ALLOWANCES 3 // water, light, and one to spare
#define RESEND_MS 100 // un-acknowledged events are sent again after this long without progress
#define DEFAULT_SILENCE_MS 2000 // host silent for longer: the trial ends safe
#define WATCHDOG_MS 250 // main loop stuck for longer: reset, outputs safe
#define PROGRAM_FORMAT 2 // first byte of a program; any other is refused
#define REPLY_ROOM 42 // bytes on the line that the longest reply takes

#define COMMAND_HELLO 1
#define COMMAND_HELLO_LENGTH 0 // fields, without token
#define COMMAND_HELLO_REPLY_LENGTH 28
#define COMMAND_RESET 2
#define COMMAND_RESET_LENGTH 0 // fields, without token
#define COMMAND_OUTPUT 3
#define COMMAND_OUTPUT_LENGTH 8 // fields, without token
#define COMMAND_INPUT 4
#define COMMAND_INPUT_LENGTH 4 // fields, without token
#define COMMAND_ARM 5
#define COMMAND_ARM_LENGTH 6 // fields, without token
#define COMMAND_ARM_REPLY_LENGTH 4
#define COMMAND_LOAD 6
#define COMMAND_LOAD_LENGTH 2 // fields, without token
#define COMMAND_COMMIT 7
#define COMMAND_COMMIT_LENGTH 6 // fields, without token
#define COMMAND_START 8
#define COMMAND_START_LENGTH 11 // fields, without token
#define COMMAND_ABORT 9
#define COMMAND_ABORT_LENGTH 0 // fields, without token
#define COMMAND_DISARM 10
#define COMMAND_DISARM_LENGTH 0 // fields, without token
#define COMMAND_PING 11
#define COMMAND_PING_LENGTH 0 // fields, without token
#define COMMAND_PING_REPLY_LENGTH 8
#define COMMAND_ACK 12
#define COMMAND_ACK_LENGTH 2 // fields, without token
#define COMMAND_WAVE 13
#define COMMAND_WAVE_LENGTH 10 // fields, without token
#define COMMAND_ALLOW 14
#define COMMAND_ALLOW_LENGTH 11 // fields, without token
#define COMMAND_SYNC 15
#define COMMAND_SYNC_LENGTH 9 // fields, without token
#define COMMAND_TIMING 16
#define COMMAND_TIMING_LENGTH 0 // fields, without token
#define COMMAND_TIMING_REPLY_LENGTH 16
#define COMMAND_NAME 17
#define COMMAND_NAME_LENGTH 4 // fields, without token

#define REPORT_REPLY 65
#define REPORT_EVENTS 66
#define REPORT_BOOTED 67

#define STATUS_OK 0 // done
#define STATUS_BAD_TOKEN 1 // another session holds the board
#define STATUS_WRONG_MODE 2 // not in this mode (armed, or not armed)
#define STATUS_BAD_ARGUMENT 3 // a field is out of range, or the pin cannot do that
#define STATUS_BUSY 4 // a trial is running
#define STATUS_DAMAGED 5 // the program does not match its CRC-32, or is malformed
#define STATUS_UNSAFE 6 // the program would open two lines of an exclusive group, or a line the rig does not have
#define STATUS_STALE 7 // the loaded program is not the one named
#define STATUS_UNKNOWN 8 // no such message

#define LINE_ACTIVE_LOW 1 // on is low
#define LINE_PULL_UP 2 // input: internal pull-up
#define LINE_LAMP 4 // output: the fault lamp, the board's own
#define LINE_DRAWS 8 // output: draws on an allowance, whose number stands in the two bits above

#define WAVE_CONSTANT 0
#define WAVE_SQUARE 1
#define WAVE_SINE 2

#define EVENT_INPUT 1
#define EVENT_STATE 2
#define EVENT_OUTPUT 3
#define EVENT_START 4
#define EVENT_END 5
#define EVENT_DIGEST 6
#define EVENT_FAULT 7
#define EVENT_LOST 8
#define EVENT_SYNC 9
#define EVENT_BOUNCE 10

#define END_COMPLETED 0
#define END_ABORTED 1
#define END_HOST_SILENT 2
#define END_ON_TIME_LIMIT 3
#define END_ALLOWANCE_SPENT 4
#define END_BOARD_RESET 5

#endif
