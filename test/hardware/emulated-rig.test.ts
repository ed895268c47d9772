import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { describeRig } from './rig-contract.ts';

const file = findRigFile('emulated');

describeRig('emulated (real firmware, lock-step)', (mouse) => createEmulatedRig({ file, mouse }));
