// Walks the official SDK for Node.js through the eleven operations on a custom acoustic model, unchanged and
// configured by its environment variables only. Arguments: the folder in which `ibm-watson` is installed, a FLAC
// file of eleven minutes, and `wrong` for one wrong call at the end. Prints what happened as JSON.

import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [home, flac, wish] = process.argv.slice(2);
const SpeechToTextV1 = createRequire(join(home, 'package.json'))('ibm-watson/speech-to-text/v1');
const sdk = new SpeechToTextV1({});

async function until(status, look) {
  for (let poll = 0; poll < 9; poll += 1) {
    const { result } = await look();
    if (result.status === status) return;
  }
  throw new Error(`not ${status} after 9 polls`);
}

const { models } = (await sdk.listModels()).result;
assert(models.some((model) => model.name === 'en-US_BroadbandModel'));
const created = await sdk.createAcousticModel({
  name: 'Example', baseModelName: 'en-US_BroadbandModel', description: 'From the SDK',
});
const customizationId = created.result.customization_id;
const statuses = [created.status];
const look = () => sdk.getAcousticModel({ customizationId });
const add = async (audioName, audioResource) => {
  const contentType = 'audio/flac';
  statuses.push((await sdk.addAudio({ customizationId, audioName, audioResource, contentType })).status);
  await until('ok', () => sdk.getAudio({ customizationId, audioName }));
};

await add('buffer', readFileSync(flac));
await add('stream', createReadStream(flac)); // which is sent in chunks
assert.equal((await sdk.listAudio({ customizationId })).result.total_minutes_of_audio, 22);
await until('ready', look);
assert.deepEqual((await sdk.trainAcousticModel({ customizationId })).result, {});
await until('available', look);
const { customizations } = (await sdk.listAcousticModels({ language: 'en-US' })).result;
assert.deepEqual(customizations.map((model) => model.description), ['From the SDK']);
await sdk.upgradeAcousticModel({ customizationId });
await until('available', look);
await sdk.deleteAudio({ customizationId, audioName: 'stream' });
await sdk.resetAcousticModel({ customizationId });
assert.deepEqual((await sdk.listAudio({ customizationId })).result.audio, []);

if (wish === 'wrong') {
  // Without a contentType, the SDK says that the audio is JSON.
  const refused = await sdk.addAudio({ customizationId, audioName: 'a', audioResource: readFileSync(flac) })
    .catch((error) => error);
  statuses.push(refused.status);
}
await sdk.deleteAcousticModel({ customizationId });
assert.deepEqual((await sdk.listAcousticModels()).result.customizations, []);
console.log(JSON.stringify({ statuses }));
