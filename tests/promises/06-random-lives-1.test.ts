// Half of the random lives of promise 6 (06-no-exposure.test.ts): two processors share them.
import { halfOfAllLives } from "./good-lives";

halfOfAllLives(1);
