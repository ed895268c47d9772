; The interrupts that must be fast: input edges and the engine's alarm.
;
; An edge is stamped (port, then timer), answered if its answer is known and no timer is due, and queued. Then the engine
; runs in the tail of the interrupt with interrupts on, unless it is running already further down the stack.
; Cycle counts: 4 response + 3 jump + 22 from here to the first OUT of an answer.

#include <avr/io.h>

#define io(register) _SFR_IO_ADDR(register)

; GPIOR0 bit 0: the engine is running. GPIOR1: pins of PORTD whose edges matter. GPIOR2: pin of the first answer.
#define WORKING 0

; offsets in struct edge_answer
#define BIT 0
#define LEVEL 1
#define AT_B 2
#define AT_C 3
#define AT_D 4
#define ANSWER 5

.extern edges_queue
.extern engine_work

.macro answer_with which
  lds r23, edges_answer + \which * ANSWER + LEVEL
  cp r22, r23
  brne 3f
  sbic io(TIFR1), OCF1A
  rjmp 3f
  lds r23, edges_answer + \which * ANSWER + AT_D
  out io(PORTD), r23
  lds r23, edges_answer + \which * ANSWER + AT_B
  out io(PORTB), r23
  lds r23, edges_answer + \which * ANSWER + AT_C
  out io(PORTC), r23
  set ; answered: bit 7 of the port in the stamp
.endm

.macro edge_interrupt vector, pins, number, fast
.global \vector
\vector:
  push r24
  in r24, io(SREG)
  push r24
  push r25
  clt
  in r24, \pins
  lds r25, TCNT1L ; latches the high byte
  push r27
  push r23
  push r22
  lds r27, edges_last + \number
  sts edges_last + \number, r24
  eor r27, r24
.if \fast
  in r23, io(GPIOR1)
.else
  lds r23, edges_matter + \number
.endif
  and r27, r23
  breq 4f ; changes nothing in this node: only to be recorded
.if \fast
  mov r22, r27
  and r22, r24 ; levels of the pins that changed
  in r23, io(GPIOR2)
  cp r27, r23
  brne 2f
  answer_with 0
  rjmp 3f
2:
  lds r23, edges_answer + ANSWER + BIT
  cp r27, r23
  brne 3f
  answer_with 1
.endif
3: ; a transition is coming, so no answer holds any more
  ldi r23, 0
  out io(GPIOR2), r23
  sts edges_answer + ANSWER + BIT, r23
  ldi r23, 1
  sts edges_cold, r23
4:
  lds r22, TCNT1H ; as latched above
  push r30
  push r31
  lds r30, edges_head
  mov r27, r30
  subi r27, -4
  andi r27, 31
  lds r23, edges_tail
  cp r27, r23
  breq 5f
  sts edges_head, r27
  subi r30, lo8(-(edges_queue))
  ldi r31, hi8(edges_queue)
  st Z+, r24
  ldi r23, \number
  bld r23, 7
  st Z+, r23
  st Z+, r25
  st Z, r22
  rjmp 6f
5:
  lds r23, edges_lost
  inc r23
  breq 6f
  sts edges_lost, r23
6:
  pop r31
  pop r30
  pop r22
  pop r23
  pop r27
  rjmp run_engine
.endm

.section .text

edge_interrupt PCINT0_vect, io(PINB), 0, 0
edge_interrupt PCINT1_vect, io(PINC), 1, 0
edge_interrupt PCINT2_vect, io(PIND), 2, 1

.global TIMER1_COMPA_vect
TIMER1_COMPA_vect:
  push r24
  in r24, io(SREG)
  push r24
  push r25
  ldi r24, 0
  out io(GPIOR2), r24
  sts edges_answer + ANSWER + BIT, r24
  ldi r24, 1
  sts edges_cold, r24

; On the stack: r24, SREG, r25.
run_engine:
  sbic io(GPIOR0), WORKING
  rjmp 9f
  sbi io(GPIOR0), WORKING
  push r0
  push r1
  push r18
  push r19
  push r20
  push r21
  push r22
  push r23
  push r26
  push r27
  push r30
  push r31
  clr r1
  sei
  call engine_work
  cbi io(GPIOR0), WORKING
  pop r31
  pop r30
  pop r27
  pop r26
  pop r23
  pop r22
  pop r21
  pop r20
  pop r19
  pop r18
  pop r1
  pop r0
9:
  pop r25
  pop r24
  out io(SREG), r24
  pop r24
  reti
