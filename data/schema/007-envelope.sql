-- What the board's envelope and link have to say since link 2.0.

INSERT INTO event_codes (code, word) VALUES (9, 'sync'), (10, 'bounce');
INSERT INTO end_reasons (code, word) VALUES (4, 'allowanceSpent'), (5, 'boardReset');
