// Open this folder in the Arduino IDE, choose the board and upload. The program is in the .c and .S files beside this one;
// main.c brings its own main(), so that nothing of the Arduino core runs.
